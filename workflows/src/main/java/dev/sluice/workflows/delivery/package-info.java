/**
 * Deliveries that failed: one workflow per batch of events of one subscription, in which every event keeps its own attempts,
 * outcome and timeline.
 */
@NullMarked
package dev.sluice.workflows.delivery;

import org.jspecify.annotations.NullMarked;
