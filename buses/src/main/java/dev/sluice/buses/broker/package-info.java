/** The reconcilers of Broker and Trigger. */
@NullMarked
package dev.sluice.buses.broker;

import org.jspecify.annotations.NullMarked;
