/** Knative's condition engine: a happy condition that is computed from its dependents. */
@NullMarked
package dev.sluice.api.conditions;

import org.jspecify.annotations.NullMarked;
