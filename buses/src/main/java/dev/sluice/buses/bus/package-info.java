/** The port to a bus: durable fan-out of events from channels to subscriptions, and nothing about how it is kept. */
@NullMarked
package dev.sluice.buses.bus;

import org.jspecify.annotations.NullMarked;
