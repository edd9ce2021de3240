package dev.sluice.serving.digest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
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

    /** By registry, as the secrets name them but without scheme and path; the first one wins. */
    Map<String, Credential> of(String namespace, PodSpec pod) {
        var names = new LinkedHashSet<String>(references(pod.getImagePullSecrets()));
        var account = pod.getServiceAccountName() == null ? "default" : pod.getServiceAccountName();
        var found = client.serviceAccounts()
                .inNamespace(namespace)
                .withName(account)
                .get();
        if (found != null) {
            names.addAll(references(found.getImagePullSecrets()));
        }
        var credentials = new HashMap<String, Credential>();
        for (var name : names) {
            var secret = client.secrets().inNamespace(namespace).withName(name).get();
            if (secret != null) {
                read(secret).forEach(credentials::putIfAbsent);
            }
        }
        return credentials;
    }

    static Map<String, Credential> read(Secret secret) {
        var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
        var credentials = new HashMap<String, Credential>();
        try {
            var config = data.get(".dockerconfigjson");
            if (config != null) {
                add(JSON.readTree(decode(config)).path("auths"), credentials);
            }
            var older = data.get(".dockercfg");
            if (older != null) {
                add(JSON.readTree(decode(older)), credentials);
            }
        } catch (JsonProcessingException | IllegalArgumentException _) {
            return Map.of(); // a kubelet ignores such a secret too
        }
        return credentials;
    }

    private static void add(JsonNode auths, Map<String, Credential> to) {
        auths.properties()
                .forEach(entry -> credential(entry.getValue())
                        .ifPresent(credential -> to.putIfAbsent(host(entry.getKey()), credential)));
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

    private static String host(String key) {
        var rest = key.replaceFirst("^https?://", "");
        int slash = rest.indexOf('/');
        var host = slash < 0 ? rest : rest.substring(0, slash);
        return host.equals("index.docker.io") ? ImageName.HUB : host;
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
