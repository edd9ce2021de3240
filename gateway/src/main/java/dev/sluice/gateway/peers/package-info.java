/**
 * Gateways among each other: for every revision with a concurrency limit one of them says which pod takes which request, the
 * others ask it and then speak to the pod themselves.
 */
@NullMarked
package dev.sluice.gateway.peers;

import org.jspecify.annotations.NullMarked;
