package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.io.InputStream;

/** Carries what a container prints to where it belongs. */
final class OutputPump {

    /** @param atEnd runs when all was taken */
    static void start(String name, InputStream from, Launch.Output to, Runnable atEnd) {
        Thread.ofPlatform()
                .daemon()
                .stackSize(128 << 10)
                .name("sluice-node-output-" + name)
                .start(() -> {
                    byte[] buffer = new byte[8192];
                    try (from) {
                        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                            to.write(buffer, n);
                        }
                    } catch (IOException _) {
                        // the pipe went with its process
                    } finally {
                        to.end();
                        atEnd.run();
                    }
                });
    }

    private OutputPump() {}
}
