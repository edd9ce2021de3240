/** The reconcilers of {@code messaging.knative.dev}: Channel, InMemoryChannel, KafkaChannel and Subscription. */
@NullMarked
package dev.sluice.buses.channel;

import org.jspecify.annotations.NullMarked;
