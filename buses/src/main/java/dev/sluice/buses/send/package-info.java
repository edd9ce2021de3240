/** Brings one event to one subscriber over HTTP and its reply onwards, and says what became of it. */
@NullMarked
package dev.sluice.buses.send;

import org.jspecify.annotations.NullMarked;
