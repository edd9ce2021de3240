package dev.sluice.serving.digest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The registry credentials that a pod would pull with: its own pull secrets, then those of its service account. */
final class PullSecrets {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final KubernetesClient client;

    PullSecrets(KubernetesClient client) {
        this.client = client;
    }

    Keyring of(String namespace, PodSpec pod) {
        var names = new LinkedHashSet<String>(references(pod.getImagePullSecrets()));
        var account = pod.getServiceAccountName() == null ? "default" : pod.getServiceAccountName();
        var found = client.serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .get();
        if (found != null) {
            names.addAll(references(found.getImagePullSecrets()));
        }
        var keyring = Keyring.empty();
        for (var name : names) {
            var secret = client.secrets().inNamespace(namespace).withName(name).get();
            if (secret != null) {
                keyring = keyring.with(read(secret));
            }
        }
        return keyring;
    }

    static Keyring read(Secret secret) {
        var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
        var keys = new ArrayList<Keyring.Key>();
        try {
            var config = data.get(".dockerconfigjson");
            if (config != null) {
                add(JSON.readTree(decode(config)).path("auths"), keys);
            }
            var older = data.get(".dockercfg");
            if (older != null) {
                add(JSON.readTree(decode(older)), keys);
            }
        } catch (JsonProcessingException | IllegalArgumentException _) {
            return Keyring.empty(); // a kubelet ignores such a secret too
        }
        return new Keyring(keys);
    }

    private static void add(JsonNode auths, List<Keyring.Key> to) {
        auths.properties()
                .forEach(entry -> credential(entry.getValue())
                        .ifPresent(credential -> to.add(Keyring.Key.of(entry.getKey(), credential))));
    }

    private static Optional<Credential> credential(JsonNode auth) {
        if (auth.hasNonNull("username")) {
            return Optional.of(new Credential(
                    auth.path("username").asText(), auth.path("password").asText()));
        }
        var pair = decode(auth.path("auth").asText());
        int colon = pair.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : Optional.of(new Credential(pair.substring(0, colon), pair.substring(colon + 1)));
    }

    private static List<String> references(@Nullable List<LocalObjectReference> references) {
        return references == null
                ? List.of()
                : references.stream().map(LocalObjectReference::getName).toList();
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
