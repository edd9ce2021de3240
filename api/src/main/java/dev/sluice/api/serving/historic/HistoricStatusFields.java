package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.serving.admission.Json;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The status fields that v1 has dropped: derived from what v1 has on the way down, removed on the way up. */
final class HistoricStatusFields {
    static void up(ObjectNode object) {
        if (!(object.path("status") instanceof ObjectNode status)) {
            return;
        }
        status.remove(List.of("domain", "domainInternal", "targetable", "imageDigest"));
        if (Json.text(Json.object(object, "metadata"), "name").equals(Json.text(status, "serviceName"))) {
            status.remove("serviceName");
        }
        if (status.path("address") instanceof ObjectNode address) {
            address.remove("hostname");
        }
        HistoricTraffic.nameToTag(status);
    }

    static void down(String kind, ObjectNode object) {
        if (!(object.path("status") instanceof ObjectNode status)) {
            return;
        }
        host(status).ifPresent(host -> status.put("domain", host));
        if (status.path("address") instanceof ObjectNode address) {
            host(address).ifPresent(host -> {
                address.put("hostname", host);
                status.put("domainInternal", host);
            });
        }
        if (kind.equals("Revision")) {
            status.put("serviceName", Json.text(Json.object(object, "metadata"), "name"));
            var digest = status.path("containerStatuses").path(0).path("imageDigest");
            if (digest.isTextual()) {
                status.set("imageDigest", digest);
            }
        }
        for (var target : Json.list(status, "traffic")) {
            if (target.has("tag")) {
                target.set("name", target.get("tag"));
            }
        }
    }

    private static Optional<String> host(ObjectNode node) {
        try {
            @Nullable String host = URI.create(Json.text(node, "url")).getHost();
            return Optional.ofNullable(host);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private HistoricStatusFields() {}
}
