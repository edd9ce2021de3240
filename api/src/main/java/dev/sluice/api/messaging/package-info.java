/** The kinds of {@code messaging.knative.dev}: Channel and what backs it, Subscription, with their admission in Knative's words. */
@NullMarked
package dev.sluice.api.messaging;

import org.jspecify.annotations.NullMarked;
