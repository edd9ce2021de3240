/** The reconcilers of Sequence and Parallel, which are channels and Subscriptions put together. */
@NullMarked
package dev.sluice.buses.flow;

import org.jspecify.annotations.NullMarked;
