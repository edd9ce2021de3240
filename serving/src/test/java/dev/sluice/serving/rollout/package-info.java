/** How workflows of rollouts are told of Routes. */
@NullMarked
package dev.sluice.serving.rollout;

import org.jspecify.annotations.NullMarked;
