package dev.sluice.app.platform;

import dev.sluice.app.state.InstanceFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * What a running instance says of itself.
 *
 * @param api {@code host:port} of the gRPC API
 * @param gateways how many are connected, where they are processes of their own
 */
record InstanceFacts(
        PlatformOptions options,
        Engines engines,
        Cluster cluster,
        Network network,
        Metrics metrics,
        String api,
        IntSupplier gateways) {

    /** By name, for people. */
    Map<String, String> byName() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("Gateway", network.url() + connected());
        facts.put("Temporal", engines.temporal().ui().toString());
        facts.put("Kubernetes", cluster.client().getMasterUrl() + (cluster.own() ? " (our own)" : ""));
        facts.put("Kubeconfig", cluster.kubeconfig().toString());
        facts.put("Registry", cluster.registry());
        facts.put("API", api + " (gRPC)");
        if (options.gateways() == null) {
            facts.put("Metrics", metrics.url() + " (events, scaling, workers)");
            facts.put("", "http://" + Network.words(network.admin()) + "/metrics (gateway)");
        } else {
            facts.put("Metrics", metrics.url());
        }
        facts.put(
                "Histories",
                options.payloadKeys() == null ? "plain (up --payload-keys FILE encrypts them)" : "encrypted");
        facts.put("State", options.state().root().toString());
        return facts;
    }

    /** What the one who started it reads. */
    List<String> story(long millis) {
        var lines = new ArrayList<>(List.of(
                String.format("Ready in %.1f s.", millis / 1000.0),
                "  export KUBECONFIG=" + cluster.kubeconfig(),
                "  Gateway      " + network.url() + " (services: http://NAME.NAMESPACE." + Network.DOMAIN + ":"
                        + network.outside().getPort() + ")",
                "  Temporal UI  " + engines.temporal().ui(),
                "  Registry     " + cluster.registry()));
        var separate = options.gateways();
        if (separate != null && gateways.getAsInt() < separate.expected()) {
            lines.add("  Gateways     " + gateways.getAsInt() + " of " + separate.expected()
                    + " connected: no service answers or becomes Ready before the command above has started them");
        }
        return lines;
    }

    private String connected() {
        var separate = options.gateways();
        return separate == null
                ? ""
                : " (processes of their own: " + gateways.getAsInt() + " of " + separate.expected() + " connected)";
    }

    InstanceFile file(Instant now) {
        return new InstanceFile(
                ProcessHandle.current().pid(),
                now.toString(),
                cluster.kubeconfig(),
                network.url(),
                engines.temporal().ui().toString(),
                cluster.registry(),
                Network.DOMAIN,
                api,
                metrics.url());
    }
}
