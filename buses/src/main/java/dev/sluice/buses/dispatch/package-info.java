/** Takes events from a bus to their subscribers: the first attempt inline, failures to Temporal. */
@NullMarked
package dev.sluice.buses.dispatch;

import org.jspecify.annotations.NullMarked;
