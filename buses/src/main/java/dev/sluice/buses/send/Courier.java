package dev.sluice.buses.send;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.codec.BadEventException;
import dev.sluice.buses.codec.EventReader;
import dev.sluice.buses.codec.Extensions;
import dev.sluice.buses.codec.Mode;
import dev.sluice.buses.codec.TimeToLive;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.delivery.Failure;
import dev.sluice.workflows.delivery.Parcel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes one attempt to deliver one event: to the subscriber, and its answer to {@code replyTo} (spec: Knative 2018, dispatcher;
 * Knative Eventing data plane), or to the dead letter sink. A reply that cannot be delivered makes the whole attempt fail. For any
 * number of threads.
 */
public final class Courier implements AutoCloseable {
    /** The number of the attempt, from 1; the same event at its first attempt has 1 whoever makes it. */
    public static final String ATTEMPT = "sluice-attempt";
    /** The same for every attempt of one event to one subscription: what a subscriber may remove duplicates by. */
    public static final String DELIVERY_ID = "sluice-delivery-id";

    private static final String CORRELATION = "knative-correlation-id";
    /** What of an answer a dead letter tells: as base64 it takes the 1024 characters that Knative allows. */
    private static final int TOLD_BYTES = 768;

    private static final int BAD_GATEWAY = 502;

    private final HttpPoster http;
    private final EventReader reader = new EventReader();

    public Courier(HostResolver resolver) {
        this.http = new HttpPoster(resolver);
    }

    public Attempt deliver(SubscriptionSettings to, EventMessage event, String stamp, int number) {
        long began = System.nanoTime();
        if (isCheckOfNothing(event)) {
            return nothing(began);
        }
        try {
            return post(to, event, stamp, number, began);
        } catch (UncheckedIOException e) {
            return unread(e, began);
        }
    }

    /** A claim check whose event is not where it was kept. */
    private static boolean isCheckOfNothing(EventMessage event) {
        return event.headers().containsKey(Parcel.CLAIM);
    }

    private static Attempt nothing(long began) {
        var detail = "its payload is not in the store of big events any more, or was never there";
        return new Attempt(Verdict.REJECTED, 0, detail, Duration.ZERO, null, null, since(began));
    }

    private static Attempt unread(UncheckedIOException e, long began) {
        return new Attempt(Verdict.RETRY, 0, String.valueOf(e.getMessage()), Duration.ZERO, null, null, since(began));
    }

    private Attempt post(SubscriptionSettings to, EventMessage event, String stamp, int number, long began) {
        var subscriber = to.subscriber();
        if (subscriber == null) {
            return reply(to, event.headers(), event.body(), null, null, began);
        }
        var own = to.terms().ofTrigger() ? TimeToLive.without(event) : event;
        var sent = to.terms().format() == null ? own : Mode.as(to.terms().format(), own);
        var headers = headers(to, sent, stamp, number);
        headers.put("prefer", "reply");
        HttpAnswer answer;
        try {
            answer = http.post(
                    subscriber,
                    to.terms().trusted().subscriber(),
                    headers,
                    sent.body(),
                    to.policy().timeout());
        } catch (IOException e) {
            return unanswered(subscriber, e, "", to.policy().timeout(), began);
        }
        var attempt = judged(subscriber, answer, "", began);
        boolean mayReply = attempt.verdict() == Verdict.DELIVERED && Verdict.mayCarryReply(answer.status());
        if (!mayReply || !isReply(to, answer)) {
            return attempt;
        }
        if (to.terms().kind() != null && !isEvent(answer)) {
            return new Attempt(
                    Verdict.RETRY,
                    BAD_GATEWAY,
                    subscriber + " answered " + answer.status() + " with a body that is no CloudEvent",
                    Duration.ZERO,
                    subscriber.toString(),
                    told(answer),
                    since(began));
        }
        return to.replyTo() == null
                ? attempt
                : reply(
                        to,
                        answer.headers(),
                        answer.body(),
                        event.headers().get(CORRELATION),
                        event.headers().get(TimeToLive.HEADER),
                        began);
    }

    /** Gives the event to the dead letter sink, with what kept it from its subscriber. */
    public Attempt deadLetter(SubscriptionSettings to, EventMessage event, String stamp, int number, Failure failure) {
        long began = System.nanoTime();
        var sink = to.terms().deadLetterSink();
        if (sink == null) {
            return new Attempt(
                    Verdict.REJECTED,
                    0,
                    "there is no dead letter sink any more",
                    Duration.ZERO,
                    null,
                    null,
                    Duration.ZERO);
        }
        if (isCheckOfNothing(event)) {
            return nothing(began);
        }
        try {
            return postLetter(to, sink, event, stamp, number, failure, began);
        } catch (UncheckedIOException e) {
            return unread(e, began);
        }
    }

    private Attempt postLetter(
            SubscriptionSettings to,
            URI sink,
            EventMessage event,
            String stamp,
            int number,
            Failure failure,
            long began) {
        var extensions = new TreeMap<String, String>();
        if (failure.destination() != null) {
            extensions.put("knativeerrordest", failure.destination());
        }
        if (failure.code() != 0) {
            extensions.put("knativeerrorcode", Integer.toString(failure.code()));
        }
        if (failure.data() != null) {
            extensions.put("knativeerrordata", failure.data());
        }
        var sent = Extensions.with(to.terms().ofTrigger() ? TimeToLive.without(event) : event, extensions);
        try {
            var answer = http.post(
                    sink,
                    to.terms().trusted().deadLetterSink(),
                    headers(to, sent, stamp, number),
                    sent.body(),
                    to.policy().timeout());
            return judged(sink, answer, "dead letter to ", began);
        } catch (IOException e) {
            return unanswered(sink, e, "dead letter to ", to.policy().timeout(), began);
        }
    }

    private static Map<String, String> headers(SubscriptionSettings to, EventMessage event, String stamp, int number) {
        var headers = new TreeMap<>(event.headers());
        headers.put("kn-namespace", to.namespace());
        headers.put(ATTEMPT, Integer.toString(number));
        headers.put(DELIVERY_ID, stamp);
        return headers;
    }

    /** In 2018 any body was a reply, and an empty one none; today an event without data is one too. */
    private static boolean isReply(SubscriptionSettings to, HttpAnswer answer) {
        return answer.body().length > 0
                || (to.terms().kind() != null && answer.headers().containsKey("ce-specversion"));
    }

    private boolean isEvent(HttpAnswer answer) {
        try {
            return reader.read(answer.headers(), answer.body()).size() == 1;
        } catch (BadEventException _) {
            return false;
        }
    }

    private Attempt reply(
            SubscriptionSettings to,
            Map<String, String> from,
            byte[] body,
            @Nullable String correlation,
            @Nullable String timeToLive,
            long began) {
        var target = Objects.requireNonNull(to.replyTo());
        var headers = new TreeMap<String, String>();
        from.forEach((name, value) -> {
            if (travels(name)) {
                headers.put(name, value);
            }
        });
        if (correlation != null) {
            headers.putIfAbsent(CORRELATION, correlation);
        }
        if (to.terms().ofTrigger() && timeToLive != null) {
            headers.put(TimeToLive.HEADER, timeToLive);
        }
        headers.put("kn-namespace", to.namespace());
        try {
            var answer = http.post(
                    target,
                    to.terms().trusted().reply(),
                    headers,
                    body,
                    to.policy().timeout());
            return judged(target, answer, "reply to ", began);
        } catch (IOException e) {
            return unanswered(target, e, "reply to ", to.policy().timeout(), began);
        }
    }

    private static boolean travels(String header) {
        return header.equals("content-type")
                || header.equals("x-request-id")
                || header.equals("traceparent")
                || header.equals("tracestate")
                || header.startsWith("knative-")
                || header.startsWith("ce-")
                || header.startsWith("x-b3-")
                || header.startsWith("x-ot-");
    }

    private static Attempt unanswered(URI url, IOException e, String prefix, Duration timeout, long began) {
        return new Attempt(
                Verdict.RETRY,
                0,
                prefix + url + ": " + reason(e, timeout),
                Duration.ZERO,
                url.toString(),
                null,
                since(began));
    }

    private static Attempt judged(URI url, HttpAnswer answer, String prefix, long began) {
        var verdict = Verdict.of(answer.status());
        return new Attempt(
                verdict,
                answer.status(),
                (verdict == Verdict.DELIVERED ? "" : prefix) + url + " answered " + answer.status(),
                retryAfter(answer),
                url.toString(),
                verdict == Verdict.DELIVERED ? null : told(answer),
                since(began));
    }

    private static @Nullable String told(HttpAnswer answer) {
        var body = answer.body();
        return body.length == 0
                ? null
                : Base64.getEncoder().encodeToString(Arrays.copyOf(body, Math.min(body.length, TOLD_BYTES)));
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static Duration retryAfter(HttpAnswer answer) {
        var value = answer.headers().getOrDefault("retry-after", "");
        boolean counts = answer.status() == 429 || answer.status() == 503;
        // the date form is rare, and a clock that differs would make it wrong
        return counts && value.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ZERO;
    }

    private static String reason(IOException e, Duration timeout) {
        if (e instanceof SocketTimeoutException) {
            return "no answer within " + timeout;
        }
        return e instanceof ConnectException ? "connection refused" : String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        http.close();
    }
}
