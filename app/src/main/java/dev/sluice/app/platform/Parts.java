package dev.sluice.app.platform;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been started, closed last made first; one part that fails to close does not keep the others open. */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<Part> open = new ArrayDeque<>(); // guarded by this

    private record Part(String name, AutoCloseable closeable) {}

    synchronized <T extends AutoCloseable> T add(String name, T part) {
        open.push(new Part(name, part));
        return part;
    }

    @Override
    public void close() {
        while (true) {
            Part part;
            synchronized (this) {
                if (open.isEmpty()) {
                    return;
                }
                part = open.pop();
            }
            try {
                part.closeable().close();
            } catch (Exception e) { // the rest must be closed too
                LOG.atWarn().addKeyValue("part", part.name()).setCause(e).log("closing failed");
            }
        }
    }
}
