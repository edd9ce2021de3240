package dev.sluice.app.grpc;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in who shows a token that the cluster accepts ({@code authorization: Bearer …}). */
final class Authentication implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "bearer ";

    private final Callers callers;

    Authentication(Callers callers) {
        this.callers = callers;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var header = headers.get(HEADER);
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return refuse(
                    call,
                    Status.UNAUTHENTICATED.withDescription(
                            "no token: send authorization: Bearer TOKEN, as for the cluster's API server"));
        }
        try {
            var caller = callers.of(header.substring(SCHEME.length()).strip());
            return caller.isEmpty()
                    ? refuse(call, Status.UNAUTHENTICATED.withDescription("the cluster does not accept the token"))
                    : Contexts.interceptCall(caller.get().in(Context.current()), call, headers, next);
        } catch (KubernetesClientException e) {
            LOG.atWarn().setCause(e).log("asking the cluster about a token failed");
            return refuse(call, Status.UNAVAILABLE.withDescription("the cluster cannot be asked about the token now"));
        }
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
