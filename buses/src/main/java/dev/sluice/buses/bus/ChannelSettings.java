package dev.sluice.buses.bus;

import java.util.Map;

/**
 * A channel and who carries it.
 *
 * @param bus name of the connection: {@link #LOCAL}, {@code name} of a ClusterBus, {@code namespace/name} of a Bus
 * @param arguments as the Channel gives them, by name; a bus refuses what it does not know
 */
public record ChannelSettings(ChannelId id, String bus, Map<String, String> arguments) {
    /** The bus that Sluice brings itself. */
    public static final String LOCAL = "stub";

    public ChannelSettings {
        arguments = Map.copyOf(arguments);
    }

    /** On the bus that Sluice brings itself. */
    public static ChannelSettings local(ChannelId id) {
        return new ChannelSettings(id, LOCAL, Map.of());
    }
}
