/** Numbers about events for whoever watches: counters, latencies, lag. */
@NullMarked
package dev.sluice.buses.metrics;

import org.jspecify.annotations.NullMarked;
