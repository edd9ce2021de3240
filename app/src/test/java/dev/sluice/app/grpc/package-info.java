/** Tests of the gRPC API. */
@NullMarked
package dev.sluice.app.grpc;

import org.jspecify.annotations.NullMarked;
