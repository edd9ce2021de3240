package dev.sluice.buses.metrics;

import static java.util.Objects.requireNonNull;

import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.send.Attempt;
import dev.sluice.model.delivery.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.ToIntBiFunction;

/** The numbers of one subscription. For any number of threads. */
public final class SubscriptionMeters {
    private static final String ARRIVAL = "ce-knativearrivaltime";

    /** Whose turn an attempt is. */
    public enum Turn {
        FIRST,
        RETRY,
        DEAD_LETTER
    }

    private final MeterRegistry registry;
    private final String namespace;
    private final String name;
    private final Clock clock;
    private final List<Meter> meters = new ArrayList<>();
    private final Map<Turn, Map<Verdict, Counter>> attempts = new EnumMap<>(Turn.class);
    private final List<IntSupplier> pending = new CopyOnWriteArrayList<>();
    private final AtomicInteger parked = new AtomicInteger();
    private final Timer latency;
    private final Timer age;
    private final Counter filtered;
    private final Counter filterFailures;
    private final Counter duplicates;
    private final Counter withheld;
    private final Counter handedOver;

    SubscriptionMeters(MeterRegistry registry, Tags tags, String namespace, String name, Clock clock) {
        this.registry = registry;
        this.namespace = namespace;
        this.name = name;
        this.clock = clock;
        for (var turn : Turn.values()) {
            var counters = new EnumMap<Verdict, Counter>(Verdict.class);
            for (var verdict : Verdict.values()) {
                counters.put(
                        verdict,
                        kept(Counter.builder("sluice.delivery.attempts")
                                .description("Attempts by whose turn it was and what came of them.")
                                .tags(tags.and("turn", word(turn), "outcome", word(verdict)))
                                .register(registry)));
            }
            attempts.put(turn, counters);
        }
        latency = kept(Timer.builder("sluice.delivery.attempt")
                .description("From the first byte of an attempt to the end of its answer.")
                .tags(tags)
                .serviceLevelObjectives(DeliveryMetrics.BOUNDS)
                .register(registry));
        age = kept(Timer.builder("sluice.delivery.age")
                .description("From the arrival of an event at its Broker to its delivery.")
                .tags(tags)
                .serviceLevelObjectives(DeliveryMetrics.BOUNDS)
                .register(registry));
        kept(Gauge.builder(
                        "sluice.delivery.lag",
                        pending,
                        all -> all.stream().mapToInt(IntSupplier::getAsInt).sum())
                .description("Events that wait in the bus or are in flight.")
                .tags(tags)
                .register(registry));
        kept(Gauge.builder("sluice.delivery.parked", parked, AtomicInteger::get)
                .description("Events that wait for a person, as of the last count.")
                .tags(tags)
                .register(registry));
        filtered = counter("sluice.delivery.filtered", "Events that the filter does not want.", tags);
        filterFailures = counter("sluice.delivery.filter.failures", "Events that the filter failed at.", tags);
        duplicates = counter("sluice.delivery.duplicates", "Events of a source and id that was taken up before.", tags);
        withheld = counter(
                "sluice.delivery.withheld", "Events not tried at first: their subscriber fails in numbers.", tags);
        handedOver = counter("sluice.delivery.handed.over", "Events handed over to be retried or parked.", tags);
    }

    private Counter counter(String name, String description, Tags tags) {
        return kept(Counter.builder(name).description(description).tags(tags).register(registry));
    }

    private <T extends Meter> T kept(T meter) {
        meters.add(meter);
        return meter;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void join(IntSupplier user) {
        pending.add(user);
    }

    /** True when that was the last user. */
    boolean leave(IntSupplier user) {
        pending.remove(user);
        return pending.isEmpty();
    }

    private Counter attempts(Turn turn, Verdict verdict) {
        return requireNonNull(requireNonNull(attempts.get(turn)).get(verdict));
    }

    public void tried(Turn turn, EventMessage event, Attempt attempt) {
        attempts(turn, attempt.verdict()).increment();
        latency.record(attempt.took());
        var arrival = event.headers().get(ARRIVAL);
        if (arrival != null && attempt.verdict() == Verdict.DELIVERED && turn != Turn.DEAD_LETTER) {
            try {
                age.record(Duration.between(Instant.parse(arrival), clock.instant()));
            } catch (DateTimeException _) {
                // a producer's own attribute of that name: nothing to measure by
            }
        }
    }

    void parked(ToIntBiFunction<String, String> count) {
        parked.set(count.applyAsInt(namespace, name));
    }

    public void filtered() {
        filtered.increment();
    }

    /** The event is not wanted then, and counts as filtered too. */
    public void filterFailed() {
        filterFailures.increment();
    }

    public void duplicate() {
        duplicates.increment();
    }

    public void withheld() {
        withheld.increment();
    }

    public void handedOver(int events) {
        handedOver.increment(events);
    }

    /** First attempts with this outcome. */
    public long first(Verdict verdict) {
        return (long) attempts(Turn.FIRST, verdict).count();
    }

    public long filteredEvents() {
        return (long) filtered.count();
    }

    public long withheldEvents() {
        return (long) withheld.count();
    }

    public long handedOverEvents() {
        return (long) handedOver.count();
    }

    void remove() {
        meters.forEach(registry::remove);
    }
}
