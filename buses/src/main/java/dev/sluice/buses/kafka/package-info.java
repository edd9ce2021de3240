/** Channels as topics of a Kafka cluster, subscriptions as consumer groups of it. {@link dev.sluice.buses.kafka.KafkaBus} is the bus. */
@NullMarked
package dev.sluice.buses.kafka;

import org.jspecify.annotations.NullMarked;
