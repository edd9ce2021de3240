/** Scaling: what gateways report becomes replicas, at once from zero, and the last pod goes only when nothing is in flight. */
@NullMarked
package dev.sluice.serving.autoscale;

import org.jspecify.annotations.NullMarked;
