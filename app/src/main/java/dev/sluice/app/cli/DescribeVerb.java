package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Everything about one thing: for people, or as the API server has it. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Show one object: describe [service|build|broker|trigger|channel|subscription] NAME (the last two of channels.knative.dev)")
final class DescribeVerb implements InstanceVerb {
    private static final List<Kind> DESCRIBED =
            List.of(Kind.SERVICE, Kind.BUILD, Kind.BROKER, Kind.TRIGGER, Kind.CHANNEL, Kind.SUBSCRIPTION);

    enum Format {
        TEXT,
        JSON,
        YAML
    }

    @Parameters(
            arity = "1..2",
            paramLabel = "[KIND] NAME",
            description = "Without a kind, the first that has the name.")
    List<String> words = List.of();

    @Mixin
    Namespace namespace = new Namespace();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "text, json or yaml (default: ${DEFAULT-VALUE}).")
    Format format = Format.TEXT;

    @Override
    public void check() {
        if (words.size() > 1) {
            kind(words.getFirst());
        }
    }

    @Override
    public int run(Session session) {
        var client = session.platform().kubernetes();
        var name = words.getLast();
        var kinds = words.size() == 1 ? DESCRIBED : List.of(kind(words.getFirst()));
        for (var kind : kinds) {
            var found = kind.get(client, namespace.name, name);
            if (found.isPresent()) {
                print(session, kind, found.get());
                return 0;
            }
        }
        throw new VerbException((kinds.size() == 1
                        ? "no " + kinds.getFirst().word()
                        : "no Service, Build, Broker, Trigger, Channel or Subscription")
                + " " + name + " in namespace " + namespace.name);
    }

    private static Kind kind(String word) {
        var wanted = word.toLowerCase(Locale.ROOT);
        return DESCRIBED.stream()
                .filter(kind -> {
                    var own = kind.word().toLowerCase(Locale.ROOT);
                    return wanted.equals(own)
                            || wanted.equals(own + "s")
                            || (wanted.equals("ksvc") && own.equals("service"));
                })
                .findFirst()
                .orElseThrow(() -> new UsageException(
                        "describe knows service, build, broker, trigger, channel and subscription, not " + word));
    }

    private void print(Session session, Kind kind, JsonNode object) {
        if (format != Format.TEXT && object.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields"); // as kubectl leaves them out
        }
        switch (format) {
            case JSON -> session.say(object.toPrettyString());
            case YAML -> session.output().out().print(Serialization.asYaml(object));
            case TEXT -> new Description(session, Clock.systemUTC().instant()).of(kind, object);
        }
    }
}
