package dev.sluice.buses.ingress;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.ChannelId;
import org.jspecify.annotations.Nullable;

/**
 * What a request is for.
 *
 * @param channel on the bus; null when there is none, and {@code code} and {@code problem} say why
 * @param wrongPath the path means nothing at this host, whatever the method
 */
record Target(@Nullable ChannelId channel, boolean ofBroker, boolean wrongPath, int code, String problem) {
    static Target of(String host, String path, ChannelNames names, Bus bus) {
        if (names.isBrokerHost(host)) {
            return broker(path, bus);
        }
        if (!path.equals("/")) {
            return new Target(null, false, true, 404, "no such path; events are posted to /");
        }
        return names.channels(host).stream()
                .filter(bus::hasChannel)
                .findFirst()
                .map(channel -> new Target(channel, false, false, 202, ""))
                .orElseGet(() -> new Target(null, false, false, 404, "no channel at host " + host));
    }

    private static Target broker(String path, Bus bus) {
        var parts = path.split("/", -1);
        if (parts.length != 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
            return path.equals("/")
                    ? new Target(null, true, true, 404, "events for a Broker are posted to /{namespace}/{broker}")
                    : new Target(null, true, true, 400, "malformed path; expected /{namespace}/{broker}");
        }
        var channel = ChannelNames.broker(parts[1], parts[2]);
        return bus.hasChannel(channel)
                ? new Target(channel, true, false, 202, "")
                : new Target(null, true, false, 404, "no Broker " + parts[1] + "/" + parts[2]);
    }
}
