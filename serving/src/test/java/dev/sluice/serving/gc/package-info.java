/** Old revisions that no Route leads to go, as config-gc says. */
@NullMarked
package dev.sluice.serving.gc;

import org.jspecify.annotations.NullMarked;
