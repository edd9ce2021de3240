/**
 * The behaviour of Knative's eventing suites (brokers, channels, filters, delivery, dead letters), black box. Subscribers are HTTP
 * servers of the tests. {@code -De2e.bus=kafka} runs them on another bus.
 */
@org.jspecify.annotations.NullMarked
package dev.sluice.e2e.eventing;
