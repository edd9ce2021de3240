package dev.sluice.api.serving.historic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Makes specs of both ages, valid ones and odd ones, from a seed. */
final class Historic {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Random random;

    Historic(Random random) {
        this.random = random;
    }

    ObjectNode spec(String kind) {
        return switch (kind) {
            case "Service" -> service();
            case "Configuration" -> configuration();
            case "Revision" -> revision();
            default -> route(random.nextBoolean() ? "name" : "tag");
        };
    }

    ObjectNode today(String kind) {
        var spec = JSON.objectNode();
        return switch (kind) {
            case "Service" -> {
                if (maybe()) {
                    spec.set("template", template(pod()));
                }
                if (maybe()) {
                    spec.putArray("traffic")
                            .addObject()
                            .put("latestRevision", true)
                            .put("percent", 100);
                } else if (maybe()) {
                    spec.setAll(route("tag"));
                }
                yield spec;
            }
            case "Configuration" -> {
                spec.set("template", template(pod()));
                yield spec;
            }
            case "Revision" -> pod();
            default -> route("tag");
        };
    }

    private ObjectNode service() {
        var spec = JSON.objectNode();
        if (maybe(10)) {
            spec.put("generation", 3);
        }
        switch (random.nextInt(6)) {
            case 0 -> spec.putObject("manual");
            case 1 -> spec.putObject("pinned").put("revisionName", "app-1").set("configuration", configuration());
            case 2 -> {
                var release = spec.putObject("release");
                var revisions = release.putArray("revisions").add("app-1");
                if (maybe()) {
                    revisions.add(maybe() ? "@latest" : "app-2");
                    release.put("rolloutPercent", random.nextInt(100));
                }
                release.set("configuration", configuration());
            }
            case 3 -> {
                spec.set("template", template(pod()));
                spec.setAll(route(maybe() ? "tag" : "name"));
            }
            default -> spec.putObject("runLatest").set("configuration", configuration());
        }
        return spec;
    }

    private ObjectNode configuration() {
        var spec = JSON.objectNode();
        if (maybe(5)) {
            spec.put("generation", 2);
        }
        if (maybe(3)) {
            spec.putObject("build").putObject("source").putObject("git").put("url", "https://host/" + random.nextInt());
        }
        if (maybe(6)) {
            spec.set("template", template(pod()));
        } else if (!maybe(9)) {
            spec.set("revisionTemplate", template(revision()));
        }
        return spec;
    }

    private ObjectNode template(ObjectNode pod) {
        var template = JSON.objectNode();
        if (maybe()) {
            template.putObject("metadata").putObject("annotations").put("a", "b");
        }
        if (!maybe(9)) {
            template.set("spec", pod);
        }
        return template;
    }

    private ObjectNode revision() {
        var spec = JSON.objectNode();
        if (!maybe(9)) {
            spec.set("container", container());
        }
        common(spec);
        if (maybe(4)) {
            spec.put("concurrencyModel", maybe() ? "Single" : "Multi");
        }
        if (maybe(4)) {
            spec.put("servingState", "Active");
        }
        if (maybe(4)) {
            spec.putObject("buildRef").put("kind", "Build").put("name", "b");
        }
        return spec;
    }

    private ObjectNode pod() {
        var spec = JSON.objectNode();
        var containers = spec.putArray("containers");
        for (int i = random.nextInt(3); i >= 0; i--) {
            containers.add(container());
        }
        common(spec);
        return spec;
    }

    private void common(ObjectNode spec) {
        if (maybe()) {
            spec.put("timeoutSeconds", random.nextInt(600));
        }
        if (maybe(4)) {
            spec.put("containerConcurrency", random.nextInt(3));
        }
        if (maybe(4)) {
            spec.putArray("volumes").addObject().put("name", "v").putObject("emptyDir");
        }
    }

    private ObjectNode container() {
        var container = JSON.objectNode().put("image", "example.com/app:" + random.nextInt(100));
        if (maybe()) {
            container.putArray("env").addObject().put("name", "A").put("value", "" + random.nextInt());
        }
        if (maybe(3)) {
            container.putObject("resources");
        }
        return container;
    }

    private ObjectNode route(String naming) {
        var spec = JSON.objectNode();
        var traffic = spec.putArray("traffic");
        for (var destination : List.of("revisionName", "configurationName", "revisionName")) {
            if (maybe()) {
                var target = traffic.addObject().put(destination, "x" + random.nextInt(9));
                if (maybe()) {
                    target.put(naming, "t" + random.nextInt(9));
                }
                if (maybe()) {
                    target.put("percent", random.nextInt(101));
                }
            }
        }
        return spec;
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    private boolean maybe(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }
}
