/** Fault runs of the events role on every bus: something breaks in mid-stream, and what was acknowledged is accounted for. */
@NullMarked
package dev.sluice.buses.faults;

import org.jspecify.annotations.NullMarked;
