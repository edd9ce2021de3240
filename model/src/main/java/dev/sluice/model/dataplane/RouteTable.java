package dev.sluice.model.dataplane;

import java.util.Map;

/**
 * Everything a gateway needs to route, whole: it replaces the table before it in one step.
 *
 * @param hosts rules by host name, lower case and without a port
 * @param revisions how to treat each revision that a rule names
 * @param certificates by host name, for the hosts that are served over TLS too
 */
public record RouteTable(
        TableVersion version,
        Map<String, HostRule> hosts,
        Map<RevisionId, RevisionSettings> revisions,
        Map<String, TlsCertificate> certificates) {
    public RouteTable {
        hosts = Map.copyOf(hosts);
        revisions = Map.copyOf(revisions);
        certificates = Map.copyOf(certificates);
    }

    /** Without TLS. */
    public RouteTable(TableVersion version, Map<String, HostRule> hosts, Map<RevisionId, RevisionSettings> revisions) {
        this(version, hosts, revisions, Map.of());
    }

    public static RouteTable empty() {
        return new RouteTable(new TableVersion(0, 0), Map.of(), Map.of());
    }
}
