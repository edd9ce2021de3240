package dev.sluice.gateway.http2;

import dev.sluice.gateway.upstream.ConnectionPool;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * What the connections of one event loop share: their connections to pods, so that a call never changes threads, and
 * the list of those with something to flush. Touched on that loop only.
 */
final class LoopState {
    /** Who waits for a connection to a pod. */
    interface Waiting {
        void connected(PodConnection connection);

        /** Nothing was sent. */
        void refused(Throwable why);
    }

    private final EventLoop loop;
    private final IdentityHashMap<ConnectionPool, List<PodLink>> pods = new IdentityHashMap<>();
    private final ArrayDeque<Http2Endpoint> dirty = new ArrayDeque<>();
    private final Runnable flushing = this::flush;
    private boolean flushesSoon;

    LoopState(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    /** What it has to write leaves when the loop has served all channels that are ready: one write for many. */
    void dirty(Http2Endpoint endpoint) {
        dirty.add(endpoint);
        if (!flushesSoon) {
            flushesSoon = true;
            loop.execute(flushing);
        }
    }

    /** Writes out what has gathered, and what gathers meanwhile. */
    void flush() {
        flushesSoon = true;
        try {
            for (var endpoint = dirty.poll(); endpoint != null; endpoint = dirty.poll()) {
                endpoint.flushNow();
            }
        } finally {
            flushesSoon = false;
        }
    }

    /** Finds or makes a connection with room for one more stream. */
    void connect(ConnectionPool pod, Waiting waiting) {
        var links = pods.computeIfAbsent(pod, _ -> new ArrayList<>(1));
        for (var link : links) {
            if (link.take(waiting)) {
                return;
            }
        }
        var link = new PodLink(this, pod);
        links.add(link);
        link.connect(waiting);
    }

    void forget(ConnectionPool pod, PodLink link) {
        var links = pods.get(pod);
        if (links != null && links.remove(link) && links.isEmpty()) {
            pods.remove(pod);
        }
    }
}
