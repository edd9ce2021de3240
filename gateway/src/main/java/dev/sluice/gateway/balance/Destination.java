package dev.sluice.gateway.balance;

import dev.sluice.gateway.upstream.ConnectionPool;

/** Where one request goes. */
public sealed interface Destination {
    record Revision(RevisionGate gate) implements Destination {}

    record Fixed(ConnectionPool pool) implements Destination {}
}
