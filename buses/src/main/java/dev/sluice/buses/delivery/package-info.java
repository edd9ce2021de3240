/** Failed deliveries and Temporal: the hand-over, the activity that tries again, and the verbs for people. */
@NullMarked
package dev.sluice.buses.delivery;

import org.jspecify.annotations.NullMarked;
