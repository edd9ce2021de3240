/** Which events a Trigger wants: Knative's filter dialects over the attributes of an event. Pure. */
@NullMarked
package dev.sluice.model.filter;

import org.jspecify.annotations.NullMarked;
