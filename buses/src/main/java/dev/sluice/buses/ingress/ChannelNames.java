package dev.sluice.buses.ingress;

import dev.sluice.buses.bus.ChannelId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Under which hosts events are taken, and what their channels are called on a bus.
 *
 * <pre>
 *   {channel}-channel.{namespace}      a Channel of 2018, {channel} on the bus
 *   {channel}-kn-channel.{namespace}   a channel of messaging.knative.dev, kn_{channel} on the bus
 *   broker-ingress.knative-eventing    every Broker, at /{namespace}/{broker}; broker_{broker} on the bus
 * </pre>
 *
 * Each is also known with {@code .svc} and the cluster's domain behind it, and with the outer domain. The underscore keeps names
 * on a bus apart: no Kubernetes object has one.
 */
public final class ChannelNames {
    private static final String SUFFIX = "-channel";
    private static final String MESSAGING_SUFFIX = "-kn-channel";
    private static final String MESSAGING = "kn_";
    private static final String BROKER = "broker_";
    private static final String BROKER_SERVICE = "broker-ingress";
    private static final String EVENTING = "knative-eventing";
    /** What the 2018 virtual services rewrote the authority to. */
    private static final String AUTHORITY = "channels.cluster.local";

    private final String clusterDomain;
    private final String domain;

    /** @param clusterDomain for example {@code cluster.local} */
    public ChannelNames(String clusterDomain, String domain) {
        this.clusterDomain = clusterDomain;
        this.domain = domain;
    }

    /** On the bus, of a channel of messaging.knative.dev. */
    public static ChannelId messaging(String namespace, String name) {
        return new ChannelId(namespace, MESSAGING + name);
    }

    /** On the bus, of a Broker. */
    public static ChannelId broker(String namespace, String name) {
        return new ChannelId(namespace, BROKER + name);
    }

    /** Whether it is one of messaging.knative.dev. */
    public static boolean isMessaging(ChannelId channel) {
        return channel.name().startsWith(MESSAGING);
    }

    public static boolean isBroker(ChannelId channel) {
        return channel.name().startsWith(BROKER);
    }

    /** Of the Kubernetes Service that stands for a Channel of 2018. */
    public static String service(String channel) {
        return channel + SUFFIX;
    }

    /** Of the Kubernetes Service that stands for a channel of messaging.knative.dev. */
    public static String messagingService(String channel) {
        return channel + MESSAGING_SUFFIX;
    }

    /** What people call it: the name of the Channel or Broker. */
    public static String objectName(ChannelId channel) {
        return isBroker(channel)
                ? channel.name().substring(BROKER.length())
                : isMessaging(channel) ? channel.name().substring(MESSAGING.length()) : channel.name();
    }

    /** Of the Kubernetes Service that stands for all Brokers, in the namespace of eventing. */
    public static String brokerService() {
        return BROKER_SERVICE;
    }

    public static String eventingNamespace() {
        return EVENTING;
    }

    /** The host in the cluster. */
    public String internal(ChannelId channel) {
        if (isBroker(channel)) {
            return BROKER_SERVICE + "." + EVENTING + ".svc." + clusterDomain;
        }
        var service = isMessaging(channel)
                ? messagingService(channel.name().substring(MESSAGING.length()))
                : service(channel.name());
        return service + "." + channel.namespace() + ".svc." + clusterDomain;
    }

    /** Where events are posted in the cluster. */
    public String url(ChannelId channel) {
        return isBroker(channel)
                ? "http://" + internal(channel) + "/" + channel.namespace() + "/"
                        + channel.name().substring(BROKER.length())
                : "http://" + internal(channel);
    }

    /** Every host that means the channel and no other one; a Broker has none of its own. */
    public List<String> hosts(ChannelId channel) {
        return isBroker(channel) ? List.of() : forms(internal(channel));
    }

    /** Those of all Brokers. */
    public List<String> brokerHosts() {
        return forms(BROKER_SERVICE + "." + EVENTING + ".svc." + clusterDomain);
    }

    private List<String> forms(String internal) {
        var two = internal.substring(0, internal.length() - ".svc.".length() - clusterDomain.length());
        return List.of(two, two + ".svc", internal, two + "." + domain);
    }

    /** @param host as in the Host header, a port and all */
    public boolean isBrokerHost(String host) {
        return brokerHosts().contains(bare(host));
    }

    private static String bare(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        int colon = name.lastIndexOf(':');
        return colon >= 0 ? name.substring(0, colon) : name;
    }

    /**
     * The channels that the host may mean, the likelier first: a Channel of 2018 may be named {@code a-kn}.
     *
     * @param host as in the Host header, a port and all
     */
    public List<ChannelId> channels(String host) {
        var name = bare(host);
        int first = name.indexOf('.');
        if (first < 0) {
            return List.of();
        }
        var label = name.substring(0, first);
        int second = name.indexOf('.', first + 1);
        var namespace = second < 0 ? name.substring(first + 1) : name.substring(first + 1, second);
        var rest = second < 0 ? "" : name.substring(second + 1);
        if (rest.equals(AUTHORITY)) {
            return List.of(new ChannelId(namespace, label));
        }
        boolean known =
                rest.isEmpty() || rest.equals("svc") || rest.equals("svc." + clusterDomain) || rest.equals(domain);
        if (!known) {
            return List.of();
        }
        var found = new ArrayList<ChannelId>(2);
        if (label.endsWith(MESSAGING_SUFFIX) && label.length() > MESSAGING_SUFFIX.length()) {
            found.add(messaging(namespace, label.substring(0, label.length() - MESSAGING_SUFFIX.length())));
        }
        if (label.endsWith(SUFFIX) && label.length() > SUFFIX.length()) {
            found.add(new ChannelId(namespace, label.substring(0, label.length() - SUFFIX.length())));
        }
        return found;
    }
}
