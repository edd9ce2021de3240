package dev.sluice.buses.control;

import dev.sluice.api.channels.Bus;
import dev.sluice.api.channels.BusSpec;
import dev.sluice.api.channels.BusStatus;
import dev.sluice.api.channels.ChannelSpec;
import dev.sluice.api.channels.ClusterBus;
import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.buses.connection.BusConnections;
import dev.sluice.buses.connection.BusKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which buses Sluice knows, and what it says of them and of the channels that name them. */
final class Buses {
    static final String STUB = "stub";
    /** Where the ConfigMaps and Secrets of a ClusterBus are. */
    static final String SYSTEM_NAMESPACE = "knative-eventing";

    private static final List<String> PARTS = List.of("Serviceable", "Provisioning", "Dispatching");

    static Optional<BusKind> kind(@Nullable String name, @Nullable BusSpec spec) {
        var dispatcher = spec == null ? null : spec.dispatcher();
        return BusKind.of(name == null ? "" : name, dispatcher == null ? null : dispatcher.getImage());
    }

    /** Of a Bus; a ClusterBus goes by its name alone, and so does the stub, which is the same everywhere. */
    static String connection(String namespace, String name) {
        return name.equals(STUB) ? STUB : namespace + "/" + name;
    }

    /** Connects the bus where that is needed, and says how it is. */
    static BusStatus reconcile(
            String connection,
            HasMetadata object,
            @Nullable BusSpec spec,
            @Nullable BusStatus before,
            BusConnections connections,
            KubernetesClient client,
            Instant now) {
        var meta = object.getMetadata();
        var conditions = new ConditionSet("Ready", PARTS, before == null ? null : before.conditions(), now);
        var kind = kind(meta.getName(), spec);
        if (kind.isEmpty()) {
            var message = "bus " + meta.getName() + " is not one that Sluice runs; known are " + BusKind.words();
            PARTS.forEach(part -> conditions.markFalse(part, "BusNotSupported", message));
        } else if (kind.get() == BusKind.STUB) {
            PARTS.forEach(conditions::markTrue);
        } else {
            connect(connection, kind.get(), meta.getNamespace(), spec, connections, client, conditions);
        }
        return new BusStatus(meta.getGeneration(), null, conditions.list());
    }

    private static void connect(
            String connection,
            BusKind kind,
            @Nullable String namespace,
            @Nullable BusSpec spec,
            BusConnections connections,
            KubernetesClient client,
            ConditionSet conditions) {
        try {
            var values = BusEnvironment.of(spec, namespace == null ? SYSTEM_NAMESPACE : namespace, client);
            connections.connect(connection, kind, values);
        } catch (IllegalArgumentException e) {
            var message = "spec.dispatcher.env: " + e.getMessage();
            conditions.markFalse("Provisioning", "BusMisconfigured", message);
            conditions.markUnknown("Serviceable", "BusMisconfigured", message);
            conditions.markUnknown("Dispatching", "BusMisconfigured", message);
            return;
        }
        conditions.markTrue("Provisioning");
        connections
                .trouble(connection)
                .ifPresentOrElse(
                        trouble -> {
                            conditions.markFalse("Serviceable", "BusUnavailable", trouble);
                            conditions.markFalse("Dispatching", "BusUnavailable", trouble);
                        },
                        () -> {
                            conditions.markTrue("Serviceable");
                            conditions.markTrue("Dispatching");
                        });
    }

    /** When to look again: an outage is told within seconds, and a Secret that changed is read within a quarter of a minute. */
    static Duration again(BusStatus status) {
        return allTrue(status.conditions()) ? Duration.ofSeconds(15) : Duration.ofSeconds(3);
    }

    /** Of what depends on a bus: while something is missing it may be there soon. */
    static Duration again(@Nullable List<Condition> conditions) {
        return allTrue(conditions) ? Duration.ofMinutes(10) : Duration.ofSeconds(5);
    }

    private static boolean allTrue(@Nullable List<Condition> conditions) {
        return conditions != null && conditions.stream().allMatch(condition -> "True".equals(condition.status()));
    }

    /** The channel's arguments by name; the last of a name counts. */
    static Map<String, String> arguments(ChannelSpec spec) {
        var arguments = new HashMap<String, String>();
        if (spec.arguments() != null) {
            spec.arguments().forEach(a -> arguments.put(String.valueOf(a.name()), a.value() == null ? "" : a.value()));
        }
        return arguments;
    }

    /** Why the bus that a channel names cannot carry it. */
    record Problem(String reason, String message) {}

    /** Empty when it can; the stub is built in and needs no object. */
    static Optional<Problem> problem(ChannelSpec spec, String namespace, KubernetesClient client) {
        if (spec.bus() != null && !spec.bus().isEmpty()) {
            return problem(
                    "bus",
                    spec.bus(),
                    () -> Optional.ofNullable(client.resources(Bus.class)
                                    .inNamespace(namespace)
                                    .withName(spec.bus())
                                    .get())
                            .map(bus -> kind(spec.bus(), bus.getSpec()).isPresent()));
        }
        if (spec.clusterBus() != null && !spec.clusterBus().isEmpty()) {
            return problem(
                    "clusterBus",
                    spec.clusterBus(),
                    () -> Optional.ofNullable(client.resources(ClusterBus.class)
                                    .withName(spec.clusterBus())
                                    .get())
                            .map(bus -> kind(spec.clusterBus(), bus.getSpec()).isPresent()));
        }
        return Optional.of(new Problem("BusMissing", "the Channel must reference a Bus or ClusterBus"));
    }

    /** The name under which the bus of the channel is connected; the channel has no problem. */
    static String connection(ChannelSpec spec, String namespace, KubernetesClient client) {
        if (spec.bus() != null && !spec.bus().isEmpty()) {
            var bus = client.resources(Bus.class)
                    .inNamespace(namespace)
                    .withName(spec.bus())
                    .get();
            boolean stub = kind(spec.bus(), bus == null ? null : bus.getSpec()).orElse(BusKind.STUB) == BusKind.STUB;
            return stub ? STUB : connection(namespace, spec.bus());
        }
        var name = String.valueOf(spec.clusterBus());
        var bus = client.resources(ClusterBus.class).withName(name).get();
        return kind(name, bus == null ? null : bus.getSpec()).orElse(BusKind.STUB) == BusKind.STUB ? STUB : name;
    }

    private interface Lookup {
        /** Empty when there is no such object, else whether Sluice runs it. */
        Optional<Boolean> known();
    }

    private static Optional<Problem> problem(String field, String name, Lookup lookup) {
        if (name.equals(STUB)) {
            return Optional.empty();
        }
        var known = lookup.known();
        if (known.isEmpty()) {
            return Optional.of(new Problem("BusNotFound", field + " " + name + " does not exist"));
        }
        return known.get()
                ? Optional.empty()
                : Optional.of(new Problem(
                        "BusNotSupported",
                        field + " " + name + " is not one that Sluice runs; known are " + BusKind.words()));
    }

    private Buses() {}
}
