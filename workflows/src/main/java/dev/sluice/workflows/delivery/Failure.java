package dev.sluice.workflows.delivery;

import org.jspecify.annotations.Nullable;

/**
 * Why an event goes to the dead letter sink: what Knative's extensions tell it.
 *
 * @param destination the URL that did not take it ({@code knativeerrordest})
 * @param code of the last answer, 0 when there was none ({@code knativeerrorcode})
 * @param data of the last answer, base64 ({@code knativeerrordata})
 */
public record Failure(
        @Nullable String destination, int code, @Nullable String data) {
    static Failure of(Tried tried) {
        return new Failure(tried.to(), tried.status(), tried.answer());
    }
}
