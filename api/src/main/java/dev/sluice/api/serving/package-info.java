/** The kinds of {@code serving.knative.dev} as Java types, the names they carry, and their rules. */
@NullMarked
package dev.sluice.api.serving;

import org.jspecify.annotations.NullMarked;
