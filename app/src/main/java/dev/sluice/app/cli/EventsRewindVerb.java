package dev.sluice.app.cli;

import com.google.protobuf.Timestamp;
import dev.sluice.app.grpc.ApiClient;
import dev.sluice.model.time.GoDuration;
import dev.sluice.protos.v1.ReplaySinceRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Gives a Trigger or Subscription its past again. */
@Command(
        name = "rewind",
        mixinStandardHelpOptions = true,
        description = {
            "Give a Trigger or Subscription again what its Broker or channel took since a time, delivered or not.",
            "On Kafka only, as far back as the topic's retention reaches."
        })
final class EventsRewindVerb implements ApiVerb {
    @Mixin
    EventsPauseVerb.Subject subject = new EventsPauseVerb.Subject();

    @Option(
            names = "--since",
            required = true,
            paramLabel = "TIME",
            description = "So long ago (90s, 10m, 24h), or a time as 2026-01-31T10:00:00Z.")
    String since = "";

    @Override
    public void check() {
        subject.request();
        instant(Instant.EPOCH);
    }

    @Override
    public int run(ApiClient api, Here here) {
        var from = instant(Clock.systemUTC().instant());
        var request = ReplaySinceRequest.newBuilder()
                .setSubscriber(subject.request())
                .setSince(
                        Timestamp.newBuilder().setSeconds(from.getEpochSecond()).setNanos(from.getNano()))
                .build();
        var _ = api.deliveries().replaySince(request);
        here.out()
                .println(subject.words() + " gets again what came since " + from.truncatedTo(ChronoUnit.SECONDS) + ".");
        return 0;
    }

    private Instant instant(Instant now) {
        var ago = GoDuration.parse(since).filter(duration -> !duration.isNegative());
        if (ago.isPresent()) {
            return now.minus(ago.get());
        }
        try {
            return OffsetDateTime.parse(since).toInstant();
        } catch (DateTimeException _) {
            throw new UsageException("--since: " + since
                    + " is neither how long ago (90s, 10m, 24h) nor a time as 2026-01-31T10:00:00Z");
        }
    }
}
