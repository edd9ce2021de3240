package dev.sluice.gateway;

import dev.sluice.gateway.Routes.Rule;
import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.wire.Answer;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.Head;
import dev.sluice.model.dataplane.TableVersion;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Requests with {@code K-Network-Probe} ask the gateway itself. */
final class NetworkProbe {
    private NetworkProbe() {}

    /** Answers a probe of the networking layer itself. */
    static Answer answer(Head head, @Nullable Rule found, TableVersion version) {
        var probe = head.value(head.find(Field.NETWORK_PROBE));
        return switch (probe) {
            case "probe" -> {
                if (!head.has(Field.NETWORK_HASH)) {
                    yield Answer.refused(400, "a probe request must contain a non-empty \"K-Network-Hash\" header");
                }
                yield found == null
                        ? Answer.NO_ROUTE
                        : new Answer(
                                200, "OK", "", Map.of("K-Network-Hash", version.epoch() + "." + version.sequence()));
            }
            case "activator" -> new Answer(200, "OK", "activator");
            case "queue" -> {
                boolean open =
                        found != null && found.choose() instanceof Destination.Revision(var gate) && gate.hasOpenPod();
                yield open ? new Answer(200, "OK", "queue") : new Answer(503, "Service Unavailable", "");
            }
            default -> Answer.refused(400, "unexpected probe header value: \"" + probe + "\"");
        };
    }
}
