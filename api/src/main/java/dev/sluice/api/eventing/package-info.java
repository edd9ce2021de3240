/** The kinds of {@code eventing.knative.dev}: Broker, Trigger, EventType, with their admission in Knative's words. */
@NullMarked
package dev.sluice.api.eventing;

import org.jspecify.annotations.NullMarked;
