package dev.sluice.link;

import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PeerView.Peer;
import dev.sluice.model.dataplane.TableVersion;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The gateways that share limits among each other, as views that follow each other. Guarded by the server's monitor. */
final class Members {
    private final long epoch;
    private final Map<String, Peer> byName = new TreeMap<>();
    private long sequence;
    private @Nullable PeerView published;

    Members(long epoch) {
        this.epoch = epoch;
    }

    void join(Peer peer) {
        byName.put(peer.name(), peer);
    }

    void leaving(String name) {
        byName.computeIfPresent(name, (_, peer) -> new Peer(name, peer.host(), peer.port(), true));
    }

    boolean isLeaving(String name) {
        var peer = byName.get(name);
        return peer != null && peer.leaving();
    }

    void gone(String name) {
        byName.remove(name);
    }

    /** What the gateways were told last; null before the first time. */
    @Nullable
    PeerView published() {
        return published;
    }

    /** A view of those there are now, newer than all before; the one before when they are the same. */
    PeerView publish() {
        var members = List.copyOf(byName.values());
        var before = published;
        if (before != null && before.members().equals(members)) {
            return before;
        }
        var next = new PeerView(new TableVersion(epoch, ++sequence), members);
        published = next;
        return next;
    }
}
