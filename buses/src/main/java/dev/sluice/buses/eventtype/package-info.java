/** What EventTypes say of the events that come: whether what they refer to is there, and types that make themselves. */
@NullMarked
package dev.sluice.buses.eventtype;

import org.jspecify.annotations.NullMarked;
