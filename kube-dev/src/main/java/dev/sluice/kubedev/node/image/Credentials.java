package dev.sluice.kubedev.node.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** User names and passwords of registries, as pull secrets give them; the longest matching key wins. */
public final class Credentials {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Entry(String key, String basic) {}

    private final List<Entry> entries = new ArrayList<>();

    public static Credentials none() {
        return new Credentials();
    }

    /** Adds what a Secret of type dockerconfigjson or dockercfg says; anything else in it is passed over. */
    public void add(Secret secret) {
        Map<String, String> data = Optional.ofNullable(secret.getData()).orElse(Map.of());
        Optional.ofNullable(data.get(".dockerconfigjson"))
                .ifPresent(text -> addAuths(decode(text).path("auths")));
        Optional.ofNullable(data.get(".dockercfg")).ifPresent(text -> addAuths(decode(text)));
    }

    private static JsonNode decode(String base64) {
        try {
            return JSON.readTree(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
        } catch (JsonProcessingException | IllegalArgumentException _) {
            return JSON.createObjectNode();
        }
    }

    private void addAuths(JsonNode auths) {
        auths.properties().forEach(auth -> {
            JsonNode value = auth.getValue();
            String basic = value.path("auth").asText("");
            if (basic.isEmpty() && value.has("username")) {
                String pair = value.path("username").asText() + ":"
                        + value.path("password").asText();
                basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
            }
            if (!basic.isEmpty()) {
                entries.add(new Entry(normalise(auth.getKey()), basic));
            }
        });
    }

    private static String normalise(String key) {
        String bare =
                key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "").replaceFirst("/+$", "");
        return bare.equals("index.docker.io") || bare.equals("registry-1.docker.io") ? "docker.io" : bare;
    }

    /** The value of a Basic authorization for the image, base64 of `user:password`. */
    Optional<String> basicFor(ImageReference image) {
        String name = image.withoutVersion();
        return entries.stream()
                .filter(e -> name.equals(e.key) || name.startsWith(e.key + "/"))
                .max(Comparator.comparingInt(e -> e.key.length()))
                .map(Entry::basic);
    }

    /** Whose images these credentials may see: part of the key under which a pull is shared. */
    String fingerprint(ImageReference image) {
        return basicFor(image).map(b -> Integer.toHexString(b.hashCode())).orElse("-");
    }
}
