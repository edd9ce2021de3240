package dev.sluice.buses.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;

/**
 * The numbers of events in a registry. They are labelled by what people name, so a subscription that is deleted and made
 * anew is one series; a series ends with the last subscription of its name.
 */
public final class DeliveryMetrics {
    static final Duration[] BOUNDS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Duration.ofHours(1)
    };

    private static final String NAMESPACE = "namespace_name";

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<Tags, SubscriptionMeters> subscriptions = new HashMap<>(); // guarded by this

    public DeliveryMetrics(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** @param bytes that payloads of big events take on disk, asked when somebody reads */
    public void bigEvents(LongSupplier bytes) {
        Gauge.builder("sluice_events_big_bytes", bytes::getAsLong)
                .description("That the payloads of big events take on disk.")
                .register(registry);
    }

    /**
     * To be given back by {@link #release}.
     *
     * @param pending events that wait in the bus or are in flight, asked when somebody reads
     */
    public synchronized SubscriptionMeters of(String namespace, String subscription, IntSupplier pending) {
        var tags = tags(namespace, subscription);
        var meters = subscriptions.computeIfAbsent(
                tags, t -> new SubscriptionMeters(registry, t, namespace, subscription, clock));
        meters.join(pending);
        return meters;
    }

    public synchronized void release(String namespace, String subscription, IntSupplier pending) {
        var tags = tags(namespace, subscription);
        var meters = subscriptions.get(tags);
        if (meters != null && meters.leave(pending)) {
            subscriptions.remove(tags);
            meters.remove();
        }
    }

    /** @param count by namespace and name of the Subscription or Trigger */
    public synchronized void parked(ToIntBiFunction<String, String> count) {
        subscriptions.values().forEach(meters -> meters.parked(count));
    }

    /**
     * One answer of the ingress; there is none for a host or path that leads nowhere.
     *
     * @param kind {@code Broker} or {@code Channel}
     */
    public void answered(String namespace, String kind, String name, int status) {
        Counter.builder("sluice.ingress.requests")
                .description("Answers of the ingress by their code.")
                .tags(NAMESPACE, namespace, "kind", kind, "name", name, "response_code", Integer.toString(status))
                .register(registry)
                .increment();
    }

    /** A message of a bus that holds no event; only somebody else can have put it there. */
    public void passedOver(String bus) {
        Counter.builder("sluice.bus.passed.over")
                .description("Messages of a bus that hold no event.")
                .tags("bus", bus)
                .register(registry)
                .increment();
    }

    private static Tags tags(String namespace, String subscription) {
        return Tags.of(NAMESPACE, namespace, "subscription", subscription);
    }
}
