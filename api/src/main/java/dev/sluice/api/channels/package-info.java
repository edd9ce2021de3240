/**
 * The 2018 kinds of {@code channels.knative.dev/v1alpha1}: Bus, ClusterBus, Channel and Subscription, with their admission in
 * Knative's words. Additions of our own are {@code Subscription.spec.delivery}, {@code status.address}, {@code
 * status.observedGeneration} and the {@code Ready} conditions.
 */
@NullMarked
package dev.sluice.api.channels;

import org.jspecify.annotations.NullMarked;
