package dev.sluice.buses.channel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.messaging.ChannelTemplate;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Objects;

/** Makes channels from a channelTemplate. */
public final class Templates {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param foreign there is one of that name which somebody else made */
    public record Made(GenericKubernetesResource object, boolean foreign) {}

    /**
     * Makes the channel where it is missing; one that is there stays as it is, since its subscribers are in it.
     *
     * @param more fields of its spec beside those of the template
     */
    public static Made make(
            KubernetesClient client, HasMetadata owner, String name, ChannelTemplate template, Map<String, ?> more) {
        var resources = client.genericKubernetesResources(
                        Objects.requireNonNull(template.apiVersion()), Objects.requireNonNull(template.kind()))
                .inNamespace(owner.getMetadata().getNamespace());
        var there = resources.withName(name).get();
        if (there == null) {
            try {
                there = client.resource(channel(owner, name, template, more)).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
                there = Objects.requireNonNull(resources.withName(name).get());
            }
        }
        boolean ours = Objects.requireNonNullElse(
                        there.getMetadata().getOwnerReferences(), java.util.List.<OwnerReference>of())
                .stream()
                .anyMatch(o -> o.getUid().equals(owner.getMetadata().getUid()));
        return new Made(there, !ours);
    }

    private static GenericKubernetesResource channel(
            HasMetadata owner, String name, ChannelTemplate template, Map<String, ?> more) {
        ObjectNode spec =
                template.spec() instanceof ObjectNode given ? given.deepCopy() : JsonNodeFactory.instance.objectNode();
        more.forEach((field, value) -> spec.set(field, JSON.valueToTree(value)));
        var channel = new GenericKubernetesResource();
        channel.setApiVersion(template.apiVersion());
        channel.setKind(template.kind());
        channel.setMetadata(new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(owner.getMetadata().getNamespace())
                .withOwnerReferences(owner(owner))
                .build());
        channel.setAdditionalProperty("spec", JSON.convertValue(spec, Map.class));
        return channel;
    }

    public static OwnerReference owner(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    private Templates() {}
}
