/**
 * The connection between a controller and gateways that are processes of their own: one gRPC stream per gateway, on which tables,
 * pods and cordons go one way and acknowledgements, wake calls and statistics the other.
 */
@NullMarked
package dev.sluice.link;

import org.jspecify.annotations.NullMarked;
