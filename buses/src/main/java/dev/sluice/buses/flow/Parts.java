package dev.sluice.buses.flow;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import dev.sluice.api.duck.Address;
import dev.sluice.api.duck.DeliverySpec;
import dev.sluice.api.duck.Destination;
import dev.sluice.api.duck.KReference;
import dev.sluice.api.flows.ChildStatus;
import dev.sluice.api.messaging.ChannelTemplate;
import dev.sluice.api.messaging.Subscription;
import dev.sluice.api.messaging.SubscriptionSpec;
import dev.sluice.buses.address.Readiness;
import dev.sluice.buses.channel.Templates;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The channels and Subscriptions that one flow is made of, made one after the other; what is not made any more goes at the end. */
final class Parts {
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("sluice-flows")
            .withForce(true)
            .build();

    private final KubernetesClient client;
    private final HasMetadata flow;
    private final ChannelTemplate template;
    private final ConditionSet conditions;
    private final Set<String> channels = new HashSet<>();
    private final Set<String> subscriptions = new HashSet<>();
    private final List<Readiness> ofChannels = new ArrayList<>();
    private final List<Readiness> ofSubscriptions = new ArrayList<>();

    Parts(KubernetesClient client, HasMetadata flow, ChannelTemplate template, ConditionSet conditions) {
        this.client = client;
        this.flow = flow;
        this.template = template;
        this.conditions = conditions;
    }

    /** A channel as it is now. */
    record MadeChannel(
            KReference reference,
            ChildStatus status,
            @Nullable Address address) {}

    MadeChannel channel(String name) {
        channels.add(name);
        var made = Templates.make(client, flow, name, template, Map.of());
        var readiness = made.foreign()
                ? new Readiness(
                        "False",
                        "ChannelNotOwned",
                        template.kind() + " " + name + " exists and does not belong to this " + flow.getKind())
                : Readiness.of(made.object());
        ofChannels.add(readiness);
        var reference = reference(made.object());
        String url = made.object().get("status", "address", "url");
        return new MadeChannel(
                reference, new ChildStatus(reference, null, ready(readiness)), url == null ? null : Address.http(url));
    }

    private static KReference reference(GenericKubernetesResource object) {
        return KReference.of(
                object.getApiVersion(),
                object.getKind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    ChildStatus subscription(
            String name,
            KReference channel,
            Destination subscriber,
            @Nullable Destination reply,
            @Nullable DeliverySpec delivery) {
        subscriptions.add(name);
        var namespace = flow.getMetadata().getNamespace();
        var wanted = new Subscription();
        wanted.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(namespace)
                .withOwnerReferences(Templates.owner(flow))
                .build());
        wanted.setSpec(new SubscriptionSpec(
                new KReference(channel.kind(), null, channel.name(), channel.apiVersion()),
                subscriber,
                reply,
                delivery));
        var there = client.resources(Subscription.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        var readiness = foreign(there)
                ? new Readiness(
                        "False",
                        "SubscriptionNotOwned",
                        "Subscription " + name + " exists and does not belong to this " + flow.getKind())
                : applied(wanted, there);
        ofSubscriptions.add(readiness);
        return new ChildStatus(
                null, KReference.of("messaging.knative.dev/v1", "Subscription", namespace, name), ready(readiness));
    }

    private boolean foreign(@Nullable Subscription there) {
        return there != null
                && there.getMetadata().getOwnerReferences().stream()
                        .noneMatch(o -> o.getUid().equals(flow.getMetadata().getUid()));
    }

    private Readiness applied(Subscription wanted, @Nullable Subscription there) {
        var now = there != null && Objects.equals(there.getSpec(), wanted.getSpec())
                ? there
                : client.resource(wanted).patch(APPLY);
        return Readiness.of(now.getStatus() == null ? null : now.getStatus().conditions());
    }

    private static Condition ready(Readiness readiness) {
        return new Condition("Ready", readiness.status(), null, null, readiness.reason(), readiness.message());
    }

    /** Deletes what earlier forms of the flow had more, and marks the conditions. */
    void finish() {
        var namespace = flow.getMetadata().getNamespace();
        client.resources(Subscription.class).inNamespace(namespace).list().getItems().stream()
                .filter(s ->
                        !foreign(s) && !subscriptions.contains(s.getMetadata().getName()))
                .forEach(s -> client.resource(s).delete());
        client
                .genericKubernetesResources(
                        Objects.requireNonNull(template.apiVersion()), Objects.requireNonNull(template.kind()))
                .inNamespace(namespace)
                .list()
                .getItems()
                .stream()
                .filter(c -> c.getMetadata().getOwnerReferences().stream()
                        .anyMatch(o -> o.getUid().equals(flow.getMetadata().getUid())))
                .filter(c -> !channels.contains(c.getMetadata().getName()))
                .forEach(c -> client.resource(c).delete());
        mark("ChannelsReady", "ChannelsNotReady", ofChannels);
        mark("SubscriptionsReady", "SubscriptionsNotReady", ofSubscriptions);
    }

    private void mark(String condition, String reason, List<Readiness> all) {
        var first = all.stream().filter(r -> !r.isTrue()).findFirst();
        if (first.isEmpty()) {
            conditions.markTrue(condition);
        } else if (first.get().status().equals("False")) {
            conditions.markFalse(
                    condition,
                    Objects.requireNonNullElse(first.get().reason(), reason),
                    first.get().message());
        } else {
            conditions.markUnknown(condition, reason, "they are being made");
        }
    }
}
