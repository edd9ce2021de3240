/** Figures against peers, taken in the same run on the same cores, reported as ratios. */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
