/** Channels as exchanges of RabbitMQ, subscriptions as quorum queues. {@link dev.sluice.buses.rabbitmq.RabbitBus} is the bus. */
@NullMarked
package dev.sluice.buses.rabbitmq;

import org.jspecify.annotations.NullMarked;
