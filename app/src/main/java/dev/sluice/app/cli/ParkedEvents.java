package dev.sluice.app.cli;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.protos.v1.MatchingRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The words by which replay and drop are told what they are about: one delivery or event, or all that have something in common. */
final class ParkedEvents {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DELIVERY|EVENT-ID",
            description = "As 'events list' shows them.")
    String id = "";

    @Parameters(
            index = "1..*",
            paramLabel = "STAMP",
            description = "Only these events of it, as 'events show' has them.")
    List<String> stamps = List.of();

    @Option(names = "--all", description = "All parked events of the namespace.")
    boolean all;

    @Option(
            names = "--subscription",
            paramLabel = "NAME",
            description = "The parked events of this Subscription or Trigger.")
    String subscription = "";

    @Option(names = "--type", paramLabel = "TYPE", description = "The parked events of this type.")
    String type = "";

    @Option(names = "--source", paramLabel = "SOURCE", description = "The parked events of this source.")
    String source = "";

    @Mixin
    Namespace namespace = new Namespace();

    boolean isWholeDelivery() {
        return id.startsWith("delivery/") && stamps.isEmpty();
    }

    /** Of all there may be none; who names a subscription, a type or a source means something, which is not there. */
    int some(int count) {
        if (count == 0 && !all) {
            throw new VerbException("no parked event in namespace " + namespace.name + " matches "
                    + Stream.of(named("--subscription", subscription), named("--type", type), named("--source", source))
                            .flatMap(Optional::stream)
                            .collect(Collectors.joining(" ")));
        }
        return count;
    }

    private static Optional<String> named(String option, String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(option + " " + value);
    }

    ChosenEvents events(ApiClient api) {
        return ChosenEvents.of(api, namespace.name, id, stamps);
    }

    /** Empty when it is about one delivery or event. */
    Optional<MatchingRequest> matching() {
        boolean filtered = !subscription.isEmpty() || !type.isEmpty() || !source.isEmpty();
        if (!id.isEmpty() && (all || filtered)) {
            throw new UsageException(
                    "a delivery or event is named by itself, without --all, --subscription, --type and --source");
        }
        if (id.isEmpty() && !all && !filtered) {
            throw new UsageException(
                    "say which events: DELIVERY or EVENT-ID, --subscription, --type, --source, or --all");
        }
        return id.isEmpty()
                ? Optional.of(MatchingRequest.newBuilder()
                        .setNamespace(namespace.name)
                        .setSubscription(subscription)
                        .setEventType(type)
                        .setSource(source)
                        .build())
                : Optional.empty();
    }
}
