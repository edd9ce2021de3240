package dev.sluice.buses.plane;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.ingress.ChannelNames;
import dev.sluice.model.dataplane.HostRule;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The channels whose hosts the gateways know. One lock: changes reach the listener one after the other. */
public final class HostsRegistry {
    private final ChannelHosts listener;
    private final ChannelNames names;
    private final HostRule.Target.ToAddress ingress;
    private final TreeSet<ChannelId> channels =
            new TreeSet<>(Comparator.comparing(ChannelId::namespace).thenComparing(ChannelId::name));

    /** Programs what the bus remembers at once, so that a restart is not noticed. */
    public HostsRegistry(
            ChannelHosts listener,
            ChannelNames names,
            HostRule.Target.ToAddress ingress,
            Collection<ChannelId> remembered) {
        this.listener = listener;
        this.names = names;
        this.ingress = ingress;
        channels.addAll(remembered);
        listener.changed(rules());
    }

    public synchronized void add(ChannelId channel) {
        if (channels.add(channel)) {
            tell(() -> channels.remove(channel));
        }
    }

    public synchronized void remove(ChannelId channel) {
        if (channels.remove(channel)) {
            tell(() -> channels.add(channel));
        }
    }

    private void tell(Runnable undo) {
        var told = false;
        try {
            listener.changed(rules());
            told = true;
        } finally {
            if (!told) {
                undo.run(); // so that the next reconciliation tells it again
            }
        }
    }

    private Map<String, HostRule> rules() {
        var rules = new HashMap<String, HostRule>();
        var brokers = new HostRule(
                ChannelNames.eventingNamespace(),
                ChannelNames.brokerService(),
                List.of(new HostRule.Split(ingress, 100)),
                Map.of());
        names.brokerHosts().forEach(host -> rules.put(host, brokers));
        for (var channel : channels) {
            var rule = new HostRule(
                    channel.namespace(), channel.name(), List.of(new HostRule.Split(ingress, 100)), Map.of());
            names.hosts(channel).forEach(host -> rules.put(host, rule));
        }
        return rules;
    }
}
