/** The kinds of {@code networking.internal.knative.dev} that administrators use, and networking's label and annotation names. */
@NullMarked
package dev.sluice.api.networking;

import org.jspecify.annotations.NullMarked;
