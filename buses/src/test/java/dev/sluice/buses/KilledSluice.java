package dev.sluice.buses;

import java.net.URI;
import java.nio.file.Path;

/** The events role as a process of its own, for tests that kill it: state folder, Temporal, subscriber. */
final class KilledSluice {
    public static void main(String[] args) throws Exception {
        try (var rig = new EventsRig(Path.of(args[0]), args[1])) {
            rig.subscribe("patient", URI.create(args[2]), EventsRig.quick(1_000));
            System.out.println("port " + rig.events().port());
            Thread.currentThread().join();
        }
    }

    private KilledSluice() {}
}
