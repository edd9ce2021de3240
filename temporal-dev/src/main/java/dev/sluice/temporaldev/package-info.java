/** Finds or obtains a real Temporal dev server, runs it on loopback with its UI and a state file, and keeps it running. */
@NullMarked
package dev.sluice.temporaldev;

import org.jspecify.annotations.NullMarked;
