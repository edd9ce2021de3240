package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Says about an object what a person wants to know first. */
record Description(Session session, Instant now) {
    void of(Kind kind, JsonNode object) {
        line("Kind", kind.word());
        line("Name", Facts.name(object));
        line("Namespace", Facts.text(object, "/metadata/namespace"));
        line("Age", Facts.age(object, now));
        switch (kind) {
            case SERVICE -> service(object);
            case BUILD -> build(object);
            case BROKER -> broker(object);
            case TRIGGER -> trigger(object);
            case CHANNEL -> channel(object);
            case SUBSCRIPTION -> subscription(object);
            case CONFIGURATION,
                    REVISION,
                    ROUTE,
                    BUILD_TEMPLATE,
                    CLUSTER_BUILD_TEMPLATE,
                    CHANNEL_OF_TODAY,
                    SUBSCRIPTION_OF_TODAY -> {} // parts of the others, or not asked for here
        }
        conditions(object);
    }

    private void service(JsonNode object) {
        line("URL", Facts.text(object, "/status/url"));
        line("Cluster URL", Facts.text(object, "/status/address/url"));
        line("Source", Facts.text(object, "/metadata/annotations/sluice.dev~1source"));
        var revisions = new Table("  REVISION", "TRAFFIC", "TAGS", "IMAGE", "READY", "PODS", "AGE");
        var name = Facts.name(object);
        Kind.REVISION.list(session.platform().kubernetes(), Facts.text(object, "/metadata/namespace")).stream()
                .filter(revision -> Facts.text(revision, "/metadata/labels/serving.knative.dev~1service")
                        .equals(name))
                .sorted(java.util.Comparator.comparing(Facts::name).reversed())
                .forEach(revision -> revisions.row(
                        "  " + Facts.name(revision),
                        share(object, Facts.name(revision)),
                        tags(object, Facts.name(revision)),
                        image(revision),
                        Facts.status(revision, "Ready"),
                        Facts.text(revision, "/status/actualReplicas"),
                        Facts.age(revision, now)));
        if (!revisions.isEmpty()) {
            session.say("Revisions:");
            revisions.lines().forEach(session::say);
        }
    }

    private void build(JsonNode object) {
        line(
                "Source",
                Facts.text(object, "/spec/source/git/url") + " " + Facts.text(object, "/spec/source/git/revision"));
        line("Template", Facts.text(object, "/spec/template/name"));
        line("Image", Facts.text(object, "/status/image/name"));
        line("Digest", Facts.text(object, "/status/image/digest"));
        line("Pod", Facts.text(object, "/status/cluster/podName"));
        line("Started", Facts.text(object, "/status/startTime"));
        line("Completed", Facts.text(object, "/status/completionTime"));
        var steps = new Table("  STEP", "STATE", "EXIT", "REASON");
        boolean ended = !Facts.status(object, "Succeeded").equals("Unknown");
        var names = stepNames(object);
        int number = 0;
        for (var step : object.at("/status/stepStates")) {
            var state = step.fieldNames().hasNext() ? step.fieldNames().next() : "waiting";
            boolean never = ended && state.equals("waiting"); // a step before it failed
            steps.row(
                    "  " + (number < names.size() ? names.get(number) : "step " + (number + 1)),
                    never ? "not run" : state,
                    step.path(state).path("exitCode").asText(""),
                    never ? "" : step.path(state).path("reason").asText(""));
            number++;
        }
        if (!steps.isEmpty()) {
            session.say("Steps:");
            steps.lines().forEach(session::say);
        }
    }

    private void broker(JsonNode object) {
        line("URL", Facts.text(object, "/status/address/url"));
        var triggers = new Table("  TRIGGER", "SUBSCRIBER", "READY");
        Kind.TRIGGER.list(session.platform().kubernetes(), Facts.text(object, "/metadata/namespace")).stream()
                .filter(trigger -> Facts.text(trigger, "/spec/broker").equals(Facts.name(object)))
                .forEach(trigger -> triggers.row(
                        "  " + Facts.name(trigger),
                        Facts.text(trigger, "/status/subscriberUri"),
                        Facts.status(trigger, "Ready")));
        if (!triggers.isEmpty()) {
            session.say("Triggers:");
            triggers.lines().forEach(session::say);
        }
    }

    private void trigger(JsonNode object) {
        line("Broker", Facts.text(object, "/spec/broker"));
        for (var filter : List.of("/spec/filters", "/spec/filter")) {
            var given = object.at(filter);
            line("Filter", given.isMissingNode() || given.isEmpty() ? "" : given.toString());
        }
        line("Subscriber", Facts.text(object, "/status/subscriberUri"));
        line("Dead letters", Facts.text(object, "/status/deadLetterSinkUri"));
    }

    private void channel(JsonNode object) {
        line("Bus", Facts.text(object, "/spec/bus") + Facts.text(object, "/spec/clusterBus"));
        line("Host", Facts.text(object, "/status/domainInternal"));
        line("URL", Facts.text(object, "/status/address/url"));
        var subscriptions = new Table("  SUBSCRIPTION", "SUBSCRIBER", "REPLY TO", "READY");
        Kind.SUBSCRIPTION.list(session.platform().kubernetes(), Facts.text(object, "/metadata/namespace")).stream()
                .filter(subscription ->
                        Facts.text(subscription, "/spec/channel").equals(Facts.name(object)))
                .forEach(subscription -> subscriptions.row(
                        "  " + Facts.name(subscription),
                        Facts.text(subscription, "/spec/subscriber"),
                        Facts.text(subscription, "/spec/replyTo"),
                        Facts.status(subscription, "Ready")));
        if (!subscriptions.isEmpty()) {
            session.say("Subscriptions:");
            subscriptions.lines().forEach(session::say);
        }
    }

    private void subscription(JsonNode object) {
        line("Channel", Facts.text(object, "/spec/channel"));
        line("Subscriber", Facts.text(object, "/spec/subscriber"));
        line("Reply to", Facts.text(object, "/spec/replyTo"));
    }

    private void conditions(JsonNode object) {
        var table = new Table("  CONDITION", "STATUS", "AGE", "REASON");
        for (var condition : object.at("/status/conditions")) {
            table.row(
                    "  " + condition.path("type").asText(),
                    condition.path("status").asText(),
                    Facts.since(condition.path("lastTransitionTime").asText(), now),
                    Facts.why(condition).lines().findFirst().orElse(""));
        }
        if (!table.isEmpty()) {
            session.say("Conditions:");
            table.lines().forEach(session::say);
        }
    }

    private static String share(JsonNode service, String revision) {
        int sum = targets(service, revision)
                .mapToInt(t -> t.path("percent").asInt(0))
                .sum();
        return sum == 0 ? "" : sum + "%";
    }

    private static String tags(JsonNode service, String revision) {
        return targets(service, revision)
                .map(t -> t.path("tag").asText(""))
                .filter(tag -> !tag.isEmpty())
                .collect(java.util.stream.Collectors.joining(","));
    }

    private static java.util.stream.Stream<JsonNode> targets(JsonNode service, String revision) {
        return StreamSupport.stream(service.at("/status/traffic").spliterator(), false)
                .filter(target -> target.path("revisionName").asText().equals(revision));
    }

    private static String image(JsonNode revision) {
        var digest = Facts.text(revision, "/status/containerStatuses/0/imageDigest");
        var image = digest.isEmpty() ? Facts.text(revision, "/spec/containers/0/image") : digest;
        return image.replaceFirst("(sha256:[0-9a-f]{12})[0-9a-f]+", "$1");
    }

    /** Of the build itself, else of its template as it is now. */
    private List<String> stepNames(JsonNode build) {
        var steps = build.at("/spec/steps");
        if (steps.isMissingNode()) {
            var client = session.platform().kubernetes();
            var template = Facts.text(build, "/spec/template/name");
            var ofCluster = Facts.text(build, "/spec/template/kind").equals("ClusterBuildTemplate");
            var own = ofCluster
                    ? Optional.<JsonNode>empty()
                    : Kind.BUILD_TEMPLATE.get(client, Facts.text(build, "/metadata/namespace"), template);
            // a name that the namespace does not know is that of a ClusterBuildTemplate
            var found = own.or(() -> Kind.CLUSTER_BUILD_TEMPLATE.get(client, "", template));
            steps = found.map(object -> object.at("/spec/steps")).orElse(steps);
        }
        return StreamSupport.stream(steps.spliterator(), false)
                .map(step -> step.path("name").asText(""))
                .toList();
    }

    private void line(String name, String value) {
        if (!value.isBlank()) {
            session.say(String.format("%-12s %s", name + ":", value.strip()));
        }
    }
}
