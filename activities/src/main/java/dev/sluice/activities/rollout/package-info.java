/** The activities of rollouts over the Kubernetes API. */
@NullMarked
package dev.sluice.activities.rollout;

import org.jspecify.annotations.NullMarked;
