/** Tests of the gateway against scripted pods and raw clients: bytes in, bytes out. */
@NullMarked
package dev.sluice.gateway;

import org.jspecify.annotations.NullMarked;
