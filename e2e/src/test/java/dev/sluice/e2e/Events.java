package dev.sluice.e2e;

import java.util.Map;

/** Channels and Subscriptions as the founding article's readers write them. */
final class Events {
    /** A Service that keeps what it receives, awake for as long as a test takes. */
    static String subscriber(Platform platform, String namespace, String name, Map<String, String> env) {
        var manifest = Services.manifest(namespace, name, Images.echo(platform), env)
                .replace("autoscaling.knative.dev/window: 6s", "autoscaling.knative.dev/min-scale: \"1\"");
        return Services.applyReady(platform, namespace, name, manifest);
    }

    /** Applies a Channel with one Subscription; returns the URL that takes events from outside. */
    static String channel(Platform platform, String namespace, String channel, String subscriber) {
        platform.kubectlWith("""
                        apiVersion: channels.knative.dev/v1alpha1
                        kind: Channel
                        metadata:
                          name: %1$s
                          namespace: %2$s
                        spec:
                          clusterBus: stub
                        ---
                        apiVersion: channels.knative.dev/v1alpha1
                        kind: Subscription
                        metadata:
                          name: %1$s
                          namespace: %2$s
                        spec:
                          channel: %1$s
                          subscriber: %3$s
                        """.formatted(channel, namespace, subscriber), "apply", "-f", "-")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace,
                        "wait",
                        "channels.channels.knative.dev/" + channel,
                        "--for=condition=Ready",
                        "--timeout=60s")
                .succeeded();
        platform.kubectl(
                        "-n",
                        namespace,
                        "wait",
                        "subscriptions.channels.knative.dev/" + channel,
                        "--for=condition=Dispatching",
                        "--timeout=60s")
                .succeeded();
        var gateway = platform.instance("gateway");
        return "http://" + channel + "-channel." + namespace + "." + platform.instance("domain")
                + gateway.substring(gateway.lastIndexOf(':'));
    }

    static Map<String, String> cloudEvent(String id) {
        return Map.of(
                "ce-specversion", "1.0",
                "ce-id", id,
                "ce-type", "dev.sluice.test",
                "ce-source", "/e2e",
                "Content-Type", "text/plain");
    }

    private Events() {}
}
