/** The reconcilers of {@code channels.knative.dev}. */
@NullMarked
package dev.sluice.buses.control;

import org.jspecify.annotations.NullMarked;
