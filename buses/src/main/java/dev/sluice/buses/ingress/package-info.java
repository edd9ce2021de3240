/** The HTTP server that takes events for channels. */
@NullMarked
package dev.sluice.buses.ingress;

import org.jspecify.annotations.NullMarked;
