/**
 * The gRPC API {@code sluice.v1}: what the command line and programs ask an instance for, over TLS, as the users that the
 * cluster knows, with the permissions that it gives them.
 */
@NullMarked
package dev.sluice.app.grpc;

import org.jspecify.annotations.NullMarked;
