package dev.sluice.buses.eventtype;

import static java.util.Objects.requireNonNullElse;

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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an EventType of each type and source that a Broker or channel takes, where the feature {@code eventtype-auto-create} is enabled
 * (spec: eventing 1.7). It never keeps an event waiting: what cannot be made now is made with a later event of its kind.
 */
public final class EventTypeCreator implements Ingress.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(EventTypeCreator.class);
    private static final int REMEMBERED = 10_000;
    /** What was deleted meanwhile, with its Broker perhaps, is made again. */
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(2);

    private static final int AT_ONCE = 16;
    private static final int CONFLICT = 409;
    private static final int NAME_LIMIT = 253;

    /** What a channel of messaging.knative.dev may be, the likelier first. */
    private static final List<KReference> CHANNEL_KINDS = List.of(
            KReference.of("messaging.knative.dev/v1", "InMemoryChannel", null, ""),
            KReference.of("messaging.knative.dev/v1beta1", "KafkaChannel", null, ""));

    private final KubernetesClient client;
    private final Supplier<EventingSettings> settings;
    private final Semaphore atOnce = new Semaphore(AT_ONCE);
    private final Map<Kind, Long> made = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Kind(ChannelId channel, String type, String source) {}

    public EventTypeCreator(KubernetesClient client, Supplier<EventingSettings> settings) {
        this.client = client;
        this.settings = settings;
    }

    @Override
    public void accepted(ChannelId channel, List<EventMessage> events) {
        if (!settings.get().createsEventTypes()
                || !(ChannelNames.isBroker(channel) || ChannelNames.isMessaging(channel))) {
            return;
        }
        for (var event : events) {
            var kind = new Kind(channel, event.type(), event.source());
            if (isNew(kind)) {
                if (!atOnce.tryAcquire()) {
                    forget(kind);
                    return;
                }
                var schema = requireNonNullElse(Attributes.of(event).get("dataschema"), "");
                Thread.startVirtualThread(() -> make(kind, schema));
            }
        }
    }

    private synchronized boolean isNew(Kind kind) {
        long now = System.nanoTime();
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

    private void make(Kind kind, String schema) {
        try {
            var owner = owner(kind.channel);
            if (owner.isPresent()) {
                client.resource(eventType(kind, schema, owner.get())).create();
            } else {
                forget(kind);
            }
        } catch (RuntimeException e) {
            if (!(e instanceof KubernetesClientException k && k.getCode() == CONFLICT)) {
                forget(kind);
                LOG.atWarn()
                        .addKeyValue("channel", kind.channel)
                        .addKeyValue("type", kind.type)
                        .addKeyValue("cause", String.valueOf(e.getMessage()))
                        .log("an EventType cannot be made; a later event of its kind tries again");
            }
        } finally {
            atOnce.release();
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

    private static EventType eventType(Kind kind, String schema, GenericKubernetesResource owner) {
        var meta = owner.getMetadata();
        var type = new EventType();
        type.setMetadata(new ObjectMetaBuilder()
                .withName(name(kind, meta.getNamespace(), meta.getName()))
                .withNamespace(meta.getNamespace())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion(owner.getApiVersion())
                        .withKind(owner.getKind())
                        .withName(meta.getName())
                        .withUid(meta.getUid())
                        .build())
                .build());
        type.setSpec(new EventTypeSpec(
                kind.type,
                kind.source,
                schema.isEmpty() ? null : schema,
                null,
                null,
                KReference.of(owner.getApiVersion(), owner.getKind(), meta.getNamespace(), meta.getName()),
                "Made of an event that came"));
        return type;
    }

    /** As Knative names it, so that a type that it has made is not made again. */
    private static String name(Kind kind, String namespace, String name) {
        try {
            var digest = MessageDigest.getInstance("MD5")
                    .digest((kind.type + kind.source + namespace + name).getBytes(StandardCharsets.UTF_8));
            var suffix = "-" + HexFormat.of().formatHex(digest);
            var whole = "et-" + name.toLowerCase(Locale.ROOT);
            return whole.substring(0, Math.min(whole.length(), NAME_LIMIT - suffix.length())) + suffix;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
