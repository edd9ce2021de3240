package dev.sluice.e2e;

import java.util.Map;

/** Manifests of Services as people write them, and what one asks kubectl about them. */
final class Services {
    /** A v1 Service that leaves for zero quickly. */
    static String manifest(String namespace, String name, String image, Map<String, String> env) {
        var text = new StringBuilder("""
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata:
                  name: %s
                  namespace: %s
                spec:
                  template:
                    metadata:
                      annotations:
                        autoscaling.knative.dev/window: 6s
                    spec:
                      containers:
                      - image: %s
                """.formatted(name, namespace, image));
        if (!env.isEmpty()) {
            text.append("        env:\n");
            env.forEach((key, value) -> text.append("        - name: ")
                    .append(key)
                    .append("\n          value: \"")
                    .append(value)
                    .append("\"\n"));
        }
        return text.toString();
    }

    /** Applies a Service and returns its URL as soon as it is Ready. */
    static String applyReady(Platform platform, String namespace, String name, String manifest) {
        platform.kubectlWith(manifest, "apply", "-f", "-").succeeded();
        waitReady(platform, namespace, name);
        return url(platform, namespace, name);
    }

    static void waitReady(Platform platform, String namespace, String name) {
        var waited =
                platform.kubectl("-n", namespace, "wait", "ksvc/" + name, "--for=condition=Ready", "--timeout=90s");
        if (waited.exit() != 0) {
            throw new AssertionError(waited.all()
                    + platform.kubectl(
                                    "-n",
                                    namespace,
                                    "get",
                                    "ksvc," + "configurations.serving.knative.dev,revisions,routes,deployments,pods",
                                    "-o",
                                    "yaml")
                            .out());
        }
    }

    static String url(Platform platform, String namespace, String name) {
        return jsonpath(platform, namespace, "ksvc/" + name, "{.status.url}");
    }

    static String jsonpath(Platform platform, String namespace, String object, String path) {
        return platform.kubectl("-n", namespace, "get", object, "-o", "jsonpath=" + path)
                .succeeded()
                .out();
    }

    static int pods(Platform platform, String namespace, String service) {
        return platform.client()
                .pods()
                .inNamespace(namespace)
                .withLabel("serving.knative.dev/service", service)
                .list()
                .getItems()
                .size();
    }

    private Services() {}
}
