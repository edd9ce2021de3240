package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What runs, and how it fares. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Show the instance and what runs on it.")
final class StatusVerb implements InstanceVerb {
    private static final int LONGEST_REASON = 100; // describe has all of it

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "All namespaces.")
    boolean all;

    @Mixin
    Namespace namespace = new Namespace();

    @Override
    public int run(Session session) {
        session.platform().facts().forEach((name, value) -> session.say(String.format("%-12s %s", name, value)));
        var now = Clock.systemUTC().instant();
        section(session, services(session, now));
        section(session, builds(session, now));
        section(session, eventing(session, now, Kind.BROKER, "ADDRESS", "/status/address/url"));
        section(session, eventing(session, now, Kind.TRIGGER, "SUBSCRIBER", "/status/subscriberUri"));
        section(session, eventing(session, now, Kind.CHANNEL_OF_TODAY, "ADDRESS", "/status/address/url"));
        section(
                session,
                eventing(
                        session,
                        now,
                        Kind.SUBSCRIPTION_OF_TODAY,
                        "SUBSCRIBER",
                        "/status/physicalSubscription/subscriberUri"));
        section(session, eventing(session, now, Kind.CHANNEL, "HOST", "/status/domainInternal"));
        return 0;
    }

    private static void section(Session session, Table table) {
        if (!table.isEmpty()) {
            session.say("");
            table.lines().forEach(session::say);
        }
    }

    private Table services(Session session, Instant now) {
        var table = new Table("SERVICE", "URL", "LATEST", "READY", "AGE", "REASON");
        for (var object : objects(session, Kind.SERVICE)) {
            table.row(
                    label(object),
                    Facts.text(object, "/status/url"),
                    Facts.text(object, "/status/latestReadyRevisionName"),
                    Facts.status(object, "Ready"),
                    Facts.age(object, now),
                    reason(object, "Ready"));
        }
        return table;
    }

    private Table builds(Session session, Instant now) {
        var table = new Table("BUILD", "SUCCEEDED", "STARTED", "REASON");
        for (var object : objects(session, Kind.BUILD)) {
            table.row(
                    label(object),
                    Facts.status(object, "Succeeded"),
                    Facts.since(Facts.text(object, "/status/startTime"), now),
                    reason(object, "Succeeded"));
        }
        return table;
    }

    private Table eventing(Session session, Instant now, Kind kind, String where, String pointer) {
        var table = new Table(kind.word().toUpperCase(Locale.ROOT), where, "READY", "AGE", "REASON");
        for (var object : objects(session, kind)) {
            table.row(
                    label(object),
                    Facts.text(object, pointer),
                    Facts.status(object, "Ready"),
                    Facts.age(object, now),
                    reason(object, "Ready"));
        }
        return table;
    }

    private List<JsonNode> objects(Session session, Kind kind) {
        var client = session.platform().kubernetes();
        if (!all) {
            return kind.list(client, namespace.name);
        }
        var found = new ArrayList<JsonNode>();
        kind.in(client).inAnyNamespace().list().getItems().forEach(item -> found.add(Kind.json(item)));
        return found;
    }

    private String label(JsonNode object) {
        return all ? Facts.text(object, "/metadata/namespace") + "/" + Facts.name(object) : Facts.name(object);
    }

    /** Why it is not well; of one that is, what a person should know all the same: paused, rolled back. */
    private static String reason(JsonNode object, String type) {
        return Facts.condition(object, type)
                .filter(c -> !c.path("status").asText().equals("True"))
                .map(Facts::why)
                .map(why -> why.lines().findFirst().orElse(""))
                .map(why -> why.length() > LONGEST_REASON ? why.substring(0, LONGEST_REASON - 1) + "…" : why)
                .orElseGet(() -> notes(object));
    }

    private static String notes(JsonNode object) {
        var notes = new StringJoiner(", ");
        for (var condition : object.at("/status/conditions")) {
            if (condition.path("severity").asText().equals("Info")
                    && condition.path("status").asText().equals("True")) {
                notes.add(condition.path("type").asText());
            }
        }
        return notes.toString();
    }
}
