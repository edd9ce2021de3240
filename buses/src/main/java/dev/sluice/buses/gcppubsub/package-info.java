/** Channels as topics of Google Cloud Pub/Sub, subscriptions as its subscriptions. {@link dev.sluice.buses.gcppubsub.GcpPubSubBus} is the bus. */
@NullMarked
package dev.sluice.buses.gcppubsub;

import org.jspecify.annotations.NullMarked;
