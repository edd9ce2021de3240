/** Times and durations in the notation of Kubernetes' and Knative's APIs. */
@NullMarked
package dev.sluice.model.time;

import org.jspecify.annotations.NullMarked;
