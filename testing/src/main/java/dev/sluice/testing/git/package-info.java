/** Git repositories over HTTP, for builds to fetch. */
@NullMarked
package dev.sluice.testing.git;

import org.jspecify.annotations.NullMarked;
