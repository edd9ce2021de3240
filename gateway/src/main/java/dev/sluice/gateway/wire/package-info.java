/**
 * HTTP/1.1 as bytes (RFC 9112): heads are parsed in place into offsets, bodies are framed and never collected.
 * Strict where leniency would let two servers disagree about where a message ends.
 */
@NullMarked
package dev.sluice.gateway.wire;

import org.jspecify.annotations.NullMarked;
