package dev.sluice.buses.address;

import dev.sluice.api.conditions.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the Ready condition of an object says. */
public record Readiness(
        String status, @Nullable String reason, @Nullable String message) {
    private static final Readiness UNKNOWN = new Readiness("Unknown", null, null);

    public boolean isTrue() {
        return status.equals("True");
    }

    public static Readiness of(@Nullable List<Condition> conditions) {
        return Optional.ofNullable(conditions).stream()
                .flatMap(List::stream)
                .filter(c -> c.type().equals("Ready"))
                .findFirst()
                .map(c -> new Readiness(c.status(), c.reason(), c.message()))
                .orElse(UNKNOWN);
    }

    public static Readiness of(GenericKubernetesResource object) {
        List<?> conditions = object.get("status", "conditions");
        for (var condition : Objects.requireNonNullElse(conditions, List.of())) {
            if (condition instanceof Map<?, ?> map && "Ready".equals(map.get("type"))) {
                return new Readiness(
                        String.valueOf(map.get("status")), text(map.get("reason")), text(map.get("message")));
            }
        }
        return UNKNOWN;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }
}
