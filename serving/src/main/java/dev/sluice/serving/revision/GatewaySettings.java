package dev.sluice.serving.revision;

import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.model.dataplane.RevisionSettings;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How gateways treat a revision's requests. Pure. */
final class GatewaySettings {
    private static final long DEFAULT_TIMEOUT = 300;

    static RevisionSettings of(Revision revision, int queueDepth) {
        var spec = revision.getSpec();
        var user = UserContainer.of(UserContainer.pod(spec));
        long timeout =
                spec.timeoutSeconds() == null || spec.timeoutSeconds() == 0 ? DEFAULT_TIMEOUT : spec.timeoutSeconds();
        return new RevisionSettings(
                spec.containerConcurrency() == null
                        ? 0
                        : spec.containerConcurrency().intValue(),
                Duration.ofSeconds(timeout),
                seconds(spec.responseStartTimeoutSeconds()),
                seconds(spec.idleTimeoutSeconds()),
                queueDepth,
                probe(user),
                user.h2c(),
                new RevisionSettings.Owners(
                        label(revision, ServingLabels.SERVICE), label(revision, ServingLabels.CONFIGURATION)));
    }

    /** Of a revision that is not there any more, so that only what waits for it fails. */
    static RevisionSettings ofNone(int queueDepth) {
        return new RevisionSettings(
                0,
                Duration.ofSeconds(DEFAULT_TIMEOUT),
                null,
                null,
                queueDepth,
                new RevisionSettings.Probe.Tcp(0),
                false);
    }

    private static String label(Revision revision, String name) {
        var labels = revision.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(name, "");
    }

    private static RevisionSettings.Probe probe(UserContainer user) {
        Probe probe = user.container().getReadinessProbe();
        if (probe == null) {
            return new RevisionSettings.Probe.Tcp(0);
        }
        if (probe.getHttpGet() != null) {
            return http(probe.getHttpGet(), user);
        }
        if (probe.getTcpSocket() != null) {
            return new RevisionSettings.Probe.Tcp(port(probe.getTcpSocket().getPort(), user));
        }
        return probe.getExec() == null && probe.getGrpc() == null
                ? new RevisionSettings.Probe.Tcp(0)
                : new RevisionSettings.Probe.None();
    }

    private static RevisionSettings.Probe http(HTTPGetAction get, UserContainer user) {
        if ("HTTPS".equals(get.getScheme())) {
            return new RevisionSettings.Probe.None(); // left to the kubelet
        }
        var headers = get.getHttpHeaders() == null ? List.<HTTPHeader>of() : get.getHttpHeaders();
        return new RevisionSettings.Probe.Http(
                port(get.getPort(), user),
                get.getPath() == null || get.getPath().isEmpty() ? "/" : get.getPath(),
                headers.stream().map(h -> h.getName() + ": " + h.getValue()).toList());
    }

    /** 0 for the user port, whatever number it gets in the end. */
    private static int port(@Nullable IntOrString port, UserContainer user) {
        if (port == null || port.getIntVal() == null || port.getIntVal() == user.port()) {
            return 0;
        }
        return port.getIntVal();
    }

    private static @Nullable Duration seconds(@Nullable Long seconds) {
        return seconds == null || seconds == 0 ? null : Duration.ofSeconds(seconds);
    }

    private GatewaySettings() {}
}
