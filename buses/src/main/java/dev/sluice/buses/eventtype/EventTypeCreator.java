package dev.sluice.buses.eventtype;

import static java.util.Objects.requireNonNullElse;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.eventing.EventType;
import dev.sluice.api.eventing.EventTypeSpec;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.codec.Attributes;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.buses.ingress.Ingress;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an EventType of each type and source that a Broker or channel takes, where the feature {@code eventtype-auto-create} is enabled
 * (spec: eventing 1.7). It never keeps an event waiting: what cannot be made now is made with a later event of its kind, and while
 * nothing can be made for a channel, its events are looked at once in a while only.
 */
public final class EventTypeCreator implements Ingress.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(EventTypeCreator.class);
    private static final int REMEMBERED = 10_000;
    /** What was deleted meanwhile, with its Broker perhaps, is made again. */
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(2);

    /** Of a type and a source together, in characters; nobody looks for a longer one in a list. */
    static final int LONGEST = 2_048;

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int AT_ONCE = 16;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int NAME_LIMIT = 253;

    /** What a channel of messaging.knative.dev may be, the likelier first. */
    private static final List<KReference> CHANNEL_KINDS = List.of(
            KReference.of("messaging.knative.dev/v1", "InMemoryChannel", null, ""),
            KReference.of("messaging.knative.dev/v1beta1", "KafkaChannel", null, ""));

    private final KubernetesClient client;
    private final Supplier<EventingSettings> settings;
    private final LongSupplier nanos;
    private final Semaphore atOnce = new Semaphore(AT_ONCE);

    @GuardedBy("this")
    private final Map<Kind, Long> made = new Newest<>();

    /** Channels for which nothing could be made last. */
    @GuardedBy("this")
    private final Map<ChannelId, Pause> pauses = new Newest<>();

    private static final class Newest<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > REMEMBERED;
        }
    }

    /** @param digest of type and source, which may be of any length */
    private record Kind(ChannelId channel, String digest) {}

    private record Pause(Duration length, long until) {}

    public EventTypeCreator(KubernetesClient client, Supplier<EventingSettings> settings) {
        this(client, settings, System::nanoTime);
    }

    EventTypeCreator(KubernetesClient client, Supplier<EventingSettings> settings, LongSupplier nanos) {
        this.client = client;
        this.settings = settings;
        this.nanos = nanos;
    }

    @Override
    public void accepted(ChannelId channel, List<EventMessage> events) {
        if (!settings.get().createsEventTypes()
                || !(ChannelNames.isBroker(channel) || ChannelNames.isMessaging(channel))) {
            return;
        }
        for (var event : events) {
            if (event.type().length() + event.source().length() > LONGEST) {
                continue;
            }
            var kind = new Kind(channel, md5(event.type() + "\0" + event.source()));
            if (isNew(kind)) {
                if (!atOnce.tryAcquire()) {
                    forget(kind);
                    return;
                }
                Thread.startVirtualThread(() -> make(kind, event));
            }
        }
    }

    synchronized boolean isPaused(ChannelId channel) {
        var pause = pauses.get(channel);
        return pause != null && nanos.getAsLong() - pause.until < 0;
    }

    private synchronized boolean isNew(Kind kind) {
        if (isPaused(kind.channel)) {
            return false;
        }
        long now = nanos.getAsLong();
        var before = made.putIfAbsent(kind, now);
        if (before == null) {
            return true;
        }
        if (now - before < REMEMBERED_FOR.toNanos()) {
            return false;
        }
        made.put(kind, now);
        return true;
    }

    private synchronized void forget(Kind kind) {
        made.remove(kind);
    }

    private synchronized void succeeded(ChannelId channel) {
        pauses.remove(channel);
    }

    /** False when another one of the channel has failed at the same time. */
    private synchronized boolean pause(ChannelId channel) {
        if (isPaused(channel)) {
            return false;
        }
        var before = pauses.get(channel);
        var doubled = before == null ? FIRST_PAUSE : before.length.multipliedBy(2);
        var length = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        pauses.put(channel, new Pause(length, nanos.getAsLong() + length.toNanos()));
        return true;
    }

    private void make(Kind kind, EventMessage event) {
        try {
            var owner = owner(kind.channel);
            if (owner.isPresent()) {
                client.resource(eventType(event, owner.get())).create();
                succeeded(kind.channel);
            } else {
                forget(kind);
                pause(kind.channel);
            }
        } catch (RuntimeException e) {
            int code = e instanceof KubernetesClientException k ? k.getCode() : 0;
            if (code == CONFLICT) {
                succeeded(kind.channel);
            } else {
                failed(kind, event, code, e);
            }
        } finally {
            atOnce.release();
        }
    }

    private void failed(Kind kind, EventMessage event, int code, RuntimeException e) {
        if (code != UNPROCESSABLE) { // that one is refused again before long
            forget(kind);
        }
        if (pause(kind.channel)) {
            LOG.atWarn()
                    .addKeyValue("channel", kind.channel)
                    .addKeyValue("type", event.type())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("an EventType cannot be made; a later event of its kind tries again");
        }
    }

    private Optional<GenericKubernetesResource> owner(ChannelId channel) {
        var kinds = ChannelNames.isBroker(channel)
                ? List.of(KReference.of("eventing.knative.dev/v1", "Broker", null, ""))
                : CHANNEL_KINDS;
        return kinds.stream()
                .map(kind -> client.genericKubernetesResources(kind.apiVersion(), kind.kind())
                        .inNamespace(channel.namespace())
                        .withName(ChannelNames.objectName(channel))
                        .get())
                .flatMap(found -> Optional.ofNullable(found).stream())
                .findFirst();
    }

    private static EventType eventType(EventMessage event, GenericKubernetesResource owner) {
        var schema = requireNonNullElse(Attributes.of(event).get("dataschema"), "");
        var meta = owner.getMetadata();
        var type = new EventType();
        type.setMetadata(new ObjectMetaBuilder()
                .withName(name(event, meta.getNamespace(), meta.getName()))
                .withNamespace(meta.getNamespace())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(owner.getApiVersion())
                        .withKind(owner.getKind())
                        .withName(meta.getName())
                        .withUid(meta.getUid())
                        .build())
                .build());
        type.setSpec(new EventTypeSpec(
                event.type(),
                event.source(),
                schema.isEmpty() ? null : schema,
                null,
                null,
                KReference.of(owner.getApiVersion(), owner.getKind(), meta.getNamespace(), meta.getName()),
                "Made of an event that came"));
        return type;
    }

    /** As Knative names it, so that a type that it has made is not made again. */
    private static String name(EventMessage event, String namespace, String name) {
        var suffix = "-" + md5(event.type() + event.source() + namespace + name);
        var whole = "et-" + name.toLowerCase(Locale.ROOT);
        return whole.substring(0, Math.min(whole.length(), NAME_LIMIT - suffix.length())) + suffix;
    }

    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
