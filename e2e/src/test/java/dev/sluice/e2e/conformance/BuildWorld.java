package dev.sluice.e2e.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;

/** A namespace with what builds need. In YAML {@code $SHELL} is an image with a shell, {@code $GIT} a repository, {@code $COMMIT} its first commit. */
record BuildWorld(World world, BuildSources sources) implements AutoCloseable {
    /** Each step of ours is a JVM that starts, and several builds run beside each other. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** Its spec as YAML. */
    Thing build(String name, String spec) {
        return make(Kind.BUILD, name, spec);
    }

    Thing make(Kind kind, String name, String spec) {
        return world.create(kind, filled("metadata: {name: " + name + "}\nspec:\n" + spec.indent(2)));
    }

    /** Whatever has no spec: Secrets, ConfigMaps, service accounts. */
    void plain(Kind kind, String yaml) {
        world.create(kind, filled(yaml));
    }

    String filled(String yaml) {
        return yaml.replace("$SHELL", sources.shell)
                .replace("$GIT", sources.url())
                .replace("$COMMIT", sources.commit);
    }

    /** One step that runs a shell script. */
    static String script(String name, String script) {
        return "{name: " + name + ", image: $SHELL, args: [-ec, " + quoted(script) + "]}";
    }

    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    JsonNode succeeds(Thing build) {
        var ended = ended(build);
        if (!succeeded(ended).path("status").asText().equals("True")) {
            throw new AssertionError(build + " failed: " + succeeded(ended) + "\n" + logs(ended));
        }
        return ended;
    }

    /** @return reason and message */
    String fails(Thing build) {
        var condition = succeeded(ended(build));
        if (!condition.path("status").asText().equals("False")) {
            throw new AssertionError(build + " succeeded");
        }
        return condition.path("reason").asText() + ": "
                + condition.path("message").asText();
    }

    JsonNode ended(Thing build) {
        var ended = build.until(
                "ended",
                PATIENCE,
                object -> !succeeded(object).isMissingNode()
                        && !succeeded(object).path("status").asText().equals("Unknown"));
        if (ended.at("/status/completionTime").asText("").isEmpty()) {
            throw new AssertionError("no completionTime: " + ended.at("/status"));
        }
        return ended;
    }

    static JsonNode succeeded(JsonNode build) {
        return Thing.condition(build, "Succeeded");
    }

    private String logs(JsonNode build) {
        var text = new StringBuilder();
        var pod = world.client()
                .pods()
                .inNamespace(world.namespace())
                .withName(build.at("/status/cluster/podName").asText("none"));
        var found = pod.get();
        if (found != null) {
            found.getSpec().getInitContainers().forEach(container -> {
                try {
                    text.append(container.getName())
                            .append(": ")
                            .append(pod.inContainer(container.getName()).getLog())
                            .append('\n');
                } catch (KubernetesClientException e) {
                    text.append("no log\n"); // it has not run
                }
            });
        }
        return text.toString();
    }

    @Override
    public void close() {
        world.close();
    }
}
