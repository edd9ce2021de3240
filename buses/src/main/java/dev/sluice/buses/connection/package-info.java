/** Connects the buses that run elsewhere: from the words of a Bus or ClusterBus to a client of its kind. */
@NullMarked
package dev.sluice.buses.connection;

import org.jspecify.annotations.NullMarked;
