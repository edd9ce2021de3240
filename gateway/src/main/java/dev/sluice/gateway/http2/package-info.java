/** HTTP/2 on Netty's codec: calls relayed stream by stream to pods that speak it, translated on the way to and from those that do not. */
@NullMarked
package dev.sluice.gateway.http2;

import org.jspecify.annotations.NullMarked;
