/** Reads events from HTTP messages: CloudEvents 1.0 and 0.3 by their SDK, 0.1 by a codec of our own. */
@NullMarked
package dev.sluice.buses.codec;

import org.jspecify.annotations.NullMarked;
