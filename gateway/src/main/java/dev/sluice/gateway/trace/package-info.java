/** Spans of requests: what a traced one did here, tied to its client's trace and its pod's by W3C trace context. */
@NullMarked
package dev.sluice.gateway.trace;

import org.jspecify.annotations.NullMarked;
