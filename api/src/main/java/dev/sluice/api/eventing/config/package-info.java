/** What the ConfigMaps of {@code knative-eventing} say, as values. */
@NullMarked
package dev.sluice.api.eventing.config;

import org.jspecify.annotations.NullMarked;
