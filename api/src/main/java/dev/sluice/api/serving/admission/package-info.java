/** Defaults and validation of serving's kinds in Knative's words: pure functions over JSON, one file per concept. */
@NullMarked
package dev.sluice.api.serving.admission;

import org.jspecify.annotations.NullMarked;
