/** The program inside the image of the conformance tests: it tells what it sees of its container and does what it is asked to. */
@NullMarked
package dev.sluice.testing.probe;

import org.jspecify.annotations.NullMarked;
