/** The kinds of {@code flows.knative.dev}: Sequence and Parallel, with their admission in Knative's words. */
@NullMarked
package dev.sluice.api.flows;

import org.jspecify.annotations.NullMarked;
