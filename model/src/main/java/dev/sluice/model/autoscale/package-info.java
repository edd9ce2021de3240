/** Knative's autoscaling arithmetic as pure functions: what a revision's numbers of the last minute mean for its pods. */
@NullMarked
package dev.sluice.model.autoscale;

import org.jspecify.annotations.NullMarked;
