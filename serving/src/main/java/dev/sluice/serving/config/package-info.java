/** The ConfigMaps of {@code knative-serving} as they are now, and who is told when they change. */
@NullMarked
package dev.sluice.serving.config;

import org.jspecify.annotations.NullMarked;
