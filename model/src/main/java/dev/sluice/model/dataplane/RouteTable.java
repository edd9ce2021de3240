package dev.sluice.model.dataplane;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a gateway needs to route, whole: it replaces the table before it in one step.
 *
 * @param hosts rules by host name, lower case and without a port
 * @param revisions how to treat each revision that a rule names
 * @param certificates by host name, for the hosts that are served over TLS too
 * @param tracing null where the platform does not say: then each gateway's own environment holds
 */
public record RouteTable(
        TableVersion version,
        Map<String, HostRule> hosts,
        Map<RevisionId, RevisionSettings> revisions,
        Map<String, TlsCertificate> certificates,
        @Nullable TracingSettings tracing) {
    public RouteTable {
        hosts = Map.copyOf(hosts);
        revisions = Map.copyOf(revisions);
        certificates = Map.copyOf(certificates);
    }

    /** Without TLS, and without a word about tracing. */
    public RouteTable(TableVersion version, Map<String, HostRule> hosts, Map<RevisionId, RevisionSettings> revisions) {
        this(version, hosts, revisions, Map.of(), null);
    }

    public static RouteTable empty() {
        return new RouteTable(new TableVersion(0, 0), Map.of(), Map.of());
    }
}
