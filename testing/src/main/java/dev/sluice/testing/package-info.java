/** Fixtures of the tests: images made from this machine's own files, so that no foreign registry is needed. */
@NullMarked
package dev.sluice.testing;

import org.jspecify.annotations.NullMarked;
