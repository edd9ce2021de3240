/** What is HTTP/1.1 and what is not, byte by byte. */
@NullMarked
package dev.sluice.gateway.wire;

import org.jspecify.annotations.NullMarked;
