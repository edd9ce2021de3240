package dev.sluice.model.dataplane;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The gateways that share the work at a moment. Whoever sees the same view finds the same gateway responsible for a revision.
 *
 * @param version greater than that of every view before
 * @param members every one that may have requests in flight
 */
public record PeerView(TableVersion version, List<Peer> members) {
    /**
     * One gateway.
     *
     * @param name unique among all there ever were
     * @param host where other gateways reach it, at {@code port}
     * @param leaving finishes what it has and takes no responsibility any more
     */
    public record Peer(String name, String host, int port, boolean leaving) {}

    public PeerView {
        members = List.copyOf(members);
    }

    /**
     * Which gateway keeps a revision's concurrency limit. When a gateway comes or goes, only revisions that it keeps move
     * (highest random weight).
     */
    public Optional<Peer> home(RevisionId revision) {
        Peer best = null;
        long most = 0;
        boolean anyStays = members.stream().anyMatch(peer -> !peer.leaving());
        for (var peer : members) {
            long weight = weight(peer.name() + " " + revision);
            if ((!peer.leaving() || !anyStays) && (best == null || weight > most)) {
                best = peer;
                most = weight;
            }
        }
        return Optional.ofNullable(best);
    }

    /** FNV-1a, mixed once more so that names that differ in one letter differ everywhere. */
    private static long weight(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
