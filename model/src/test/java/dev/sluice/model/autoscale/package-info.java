/** Autoscaling by tables of Knative's numbers, and by laws over simulated load. */
@NullMarked
package dev.sluice.model.autoscale;

import org.jspecify.annotations.NullMarked;
