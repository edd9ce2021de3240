/** The shapes that Knative's kinds share: references, destinations, addresses and delivery, with their admission in Knative's words. */
@NullMarked
package dev.sluice.api.duck;

import org.jspecify.annotations.NullMarked;
