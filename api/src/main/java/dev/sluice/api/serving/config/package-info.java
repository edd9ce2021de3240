/** Knative's ConfigMaps for serving: pure parsers, with upstream's keys, defaults and refusals (spec/serving.md sections 1.15 to 1.18). */
@NullMarked
package dev.sluice.api.serving.config;

import org.jspecify.annotations.NullMarked;
