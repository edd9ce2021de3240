/** Events: an ingress that takes them, buses that keep them, dispatchers that bring them, and the workflows that do not give up. {@link dev.sluice.buses.Events} puts the parts together. */
@NullMarked
package dev.sluice.buses;

import org.jspecify.annotations.NullMarked;
