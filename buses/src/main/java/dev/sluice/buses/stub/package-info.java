/** The bus that Sluice brings itself: memory in front of a bounded journal that is synced before an event is acknowledged. */
@NullMarked
package dev.sluice.buses.stub;

import org.jspecify.annotations.NullMarked;
