package dev.sluice.buses.plane;

import dev.sluice.model.dataplane.HostRule;
import java.util.Map;

/** Told the hosts of all channels whenever they change, for the gateways' table. Returns when they are programmed. */
public interface ChannelHosts {
    void changed(Map<String, HostRule> hosts);
}
