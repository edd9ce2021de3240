/** A step of a build that a test can hold and count. */
@NullMarked
package dev.sluice.testing.ask;

import org.jspecify.annotations.NullMarked;
