package dev.sluice.app.cli;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/** What a failed call of the instance's API means to who typed the verb. */
final class ApiFailure {
    private static final Metadata.Key<String> CONTENT_TYPE =
            Metadata.Key.of("content-type", Metadata.ASCII_STRING_MARSHALLER);

    private ApiFailure() {}

    static String words(StatusRuntimeException e) {
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED ->
                said(e)
                        ? described(e, "the instance cannot do that now")
                        : "the instance does not answer: " + described(e, "no reason given");
            default -> described(e, String.valueOf(e.getMessage()));
        };
    }

    private static String described(StatusRuntimeException e, String otherwise) {
        return Objects.requireNonNullElse(e.getStatus().getDescription(), otherwise);
    }

    /**
     * Whether the instance itself refused, for example as a bus or the cluster is away: what came over the wire has a
     * content type, what gRPC makes up here of a connection's failure has none.
     */
    private static boolean said(StatusRuntimeException e) {
        var trailers = e.getTrailers();
        return trailers != null && trailers.containsKey(CONTENT_TYPE);
    }
}
