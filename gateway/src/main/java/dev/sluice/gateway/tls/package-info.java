/** TLS between a client's socket and the parser: which certificate a name gets, handshakes, records. */
@NullMarked
package dev.sluice.gateway.tls;

import org.jspecify.annotations.NullMarked;
