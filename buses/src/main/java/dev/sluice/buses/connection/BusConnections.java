package dev.sluice.buses.connection;

import dev.sluice.buses.bus.BusRouter;
import dev.sluice.buses.metrics.DeliveryMetrics;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The buses elsewhere that are connected, each with what it was connected by. One lock guards all. */
public final class BusConnections {
    private final BusRouter router;
    private final DeliveryMetrics metrics;
    private final Map<String, Connected> connected = new HashMap<>();

    private record Connected(BusKind kind, Map<String, String> values) {}

    public BusConnections(BusRouter router, DeliveryMetrics metrics) {
        this.router = router;
        this.metrics = metrics;
    }

    /**
     * Connects the bus, anew when its values are others than before. It may be in trouble still: {@link #trouble}.
     *
     * @param values what the kind knows, by name; secrets among them
     * @throws IllegalArgumentException with every problem of the values at once; an earlier connection stays
     */
    public synchronized void connect(String name, BusKind kind, Map<String, String> values) {
        if (kind == BusKind.STUB) {
            return;
        }
        var wanted = new Connected(kind, Map.copyOf(values));
        if (!wanted.equals(connected.get(name))) {
            router.attach(name, kind.open(name, values, () -> metrics.passedOver(name)));
            connected.put(name, wanted);
        }
    }

    /** Why the bus cannot be used at present; empty when it can. */
    public Optional<String> trouble(String name) {
        return router.trouble(name);
    }
}
