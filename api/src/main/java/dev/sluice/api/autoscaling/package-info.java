/** The kinds of {@code autoscaling.internal.knative.dev}, and the annotations that steer scaling. */
@NullMarked
package dev.sluice.api.autoscaling;

import org.jspecify.annotations.NullMarked;
