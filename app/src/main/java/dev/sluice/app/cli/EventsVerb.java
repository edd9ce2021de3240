package dev.sluice.app.cli;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.protos.v1.DropRequest;
import dev.sluice.protos.v1.EventPhase;
import dev.sluice.protos.v1.ListDeliveriesRequest;
import dev.sluice.protos.v1.ReplayRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What became of events whose first delivery failed. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "What became of events, and pausing what takes them.",
        synopsisSubcommandLabel = "list|show|replay|drop|pause|resume|rewind",
        subcommands = {
            EventsVerb.ListVerb.class,
            EventsVerb.Show.class,
            EventsVerb.Replay.class,
            EventsVerb.Drop.class,
            EventsPauseVerb.class,
            EventsPauseVerb.Resume.class,
            EventsRewindVerb.class
        })
final class EventsVerb {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "The deliveries that are waiting or parked.")
    static final class ListVerb implements ApiVerb {
        @Mixin
        Namespace namespace = new Namespace();

        @Option(
                names = {"-A", "--all-namespaces"},
                description = "All namespaces.")
        boolean everywhere;

        @Option(names = "--all", description = "Also those that are done.")
        boolean all;

        @Override
        public int run(ApiClient api, Here here) {
            var now = Clock.systemUTC().instant();
            var table = new Table("DELIVERY", "SUBSCRIPTION", "PHASE", "AGE", "TYPES", "EVENTS");
            var request = ListDeliveriesRequest.newBuilder()
                    .setNamespace(everywhere ? "" : namespace.name)
                    .setIncludeClosed(all)
                    .build();
            for (var found : api.deliveries().list(request).getDeliveriesList()) {
                var started = Instant.ofEpochSecond(found.getStarted().getSeconds());
                table.row(
                        found.getId(),
                        found.getNamespace() + "/" + found.getSubscription(),
                        found.getPhase(),
                        Facts.duration(Duration.between(started, now)),
                        String.join(",", found.getEventTypesList()),
                        String.join(",", found.getEventIdsList()));
            }
            if (table.isEmpty()) {
                here.out().println(all ? "No delivery has failed." : "No delivery is waiting or parked.");
            } else {
                table.lines().forEach(here.out()::println);
            }
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = {
                "Every attempt of an event, or of all events of a delivery.",
                "Of events that arrived at the first attempt, or that no filter wanted, the instance remembers the last ones."
            })
    static final class Show implements ApiVerb {
        @Mixin
        Which which = new Which();

        @Override
        public int run(ApiClient api, Here here) {
            var timeline =
                    new DeliveryTimeline(here.out(), new Style(here.terminal().colour()));
            boolean first = true;
            var events = which.events(api);
            for (var delivery : events.deliveries()) {
                if (!first) {
                    here.out().println();
                }
                first = false;
                timeline.print(delivery);
            }
            if (!events.recent().isEmpty()) {
                if (!first) {
                    here.out().println();
                }
                timeline.print(events.recent());
            }
            return 0;
        }
    }

    @Command(name = "replay", mixinStandardHelpOptions = true, description = "Try parked events again.")
    static final class Replay implements ApiVerb {
        @Mixin
        ParkedEvents which = new ParkedEvents();

        @Override
        public void check() {
            which.matching();
        }

        @Override
        public int run(ApiClient api, Here here) {
            int count = which.matching()
                    .map(matching ->
                            which.some(api.deliveries().replayMatching(matching).getEvents()))
                    .orElseGet(() -> which.events(api)
                            .act(
                                    EnumSet.of(EventPhase.EVENT_PHASE_PARKED),
                                    (delivery, stamps) -> api.deliveries()
                                            .replay(ReplayRequest.newBuilder()
                                                    .setId(delivery)
                                                    .addAllStamps(stamps)
                                                    .build())
                                            .getEvents()));
            here.out().println(count + (count == 1 ? " event is" : " events are") + " tried again.");
            return 0;
        }
    }

    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description =
                    "Give events up for good: an event that waits or is parked, or all of a delivery that are parked.")
    static final class Drop implements ApiVerb {
        @Mixin
        ParkedEvents which = new ParkedEvents();

        @Override
        public void check() {
            which.matching();
        }

        @Override
        public int run(ApiClient api, Here here) {
            var phases = which.isWholeDelivery()
                    ? EnumSet.of(EventPhase.EVENT_PHASE_PARKED)
                    : EnumSet.of(EventPhase.EVENT_PHASE_PARKED, EventPhase.EVENT_PHASE_WAITING);
            int count = which.matching()
                    .map(matching ->
                            which.some(api.deliveries().dropMatching(matching).getEvents()))
                    .orElseGet(() -> which.events(api)
                            .act(
                                    phases,
                                    (delivery, stamps) -> api.deliveries()
                                            .drop(DropRequest.newBuilder()
                                                    .setId(delivery)
                                                    .addAllStamps(stamps)
                                                    .build())
                                            .getEvents()));
            here.out().println(count + (count == 1 ? " event" : " events") + " dropped.");
            return 0;
        }
    }

    /** The words by which show is told what it is about. */
    static final class Which {
        @Parameters(index = "0", paramLabel = "DELIVERY|EVENT-ID", description = "As 'events list' shows them.")
        String id = "";

        @Parameters(
                index = "1..*",
                paramLabel = "STAMP",
                description = "Only these events of it, as its first line of an event has them.")
        List<String> stamps = List.of();

        @Mixin
        Namespace namespace = new Namespace();

        ChosenEvents events(ApiClient api) {
            return ChosenEvents.of(api, namespace.name, id, stamps);
        }
    }
}
