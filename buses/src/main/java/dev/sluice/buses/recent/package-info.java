/** What happened to events lately, in memory. */
@NullMarked
package dev.sluice.buses.recent;

import org.jspecify.annotations.NullMarked;
