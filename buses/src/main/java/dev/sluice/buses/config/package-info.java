/** The ConfigMaps of {@code knative-eventing}, followed while they change. */
@NullMarked
package dev.sluice.buses.config;

import org.jspecify.annotations.NullMarked;
