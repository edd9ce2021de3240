/** Servers of HTTP/2 and gRPC that run in containers of tests. */
@NullMarked
package dev.sluice.testing.http2;

import org.jspecify.annotations.NullMarked;
