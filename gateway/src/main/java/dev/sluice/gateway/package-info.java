/**
 * The data plane: takes requests by host, holds them while a revision starts, passes them to pods within their
 * limits and tells the control plane what it sees. Knows neither Kubernetes nor Temporal.
 */
@NullMarked
package dev.sluice.gateway;

import org.jspecify.annotations.NullMarked;
