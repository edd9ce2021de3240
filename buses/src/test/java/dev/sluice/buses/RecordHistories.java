package dev.sluice.buses;

import dev.sluice.buses.bus.Terms;
import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.workflows.delivery.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Records histories of a real server for the replay tests of workflows: a main, run by hand at a release. Arguments: the folder
 * and the version that the file names begin with. Histories that are there are never changed.
 */
final class RecordHistories {
    public static void main(String[] args) throws Exception {
        var to = Files.createDirectories(Path.of(args[0]));
        var work = Files.createTempDirectory("sluice-histories");
        try (var temporal = EventsRig.temporal(Files.createDirectory(work.resolve("temporal")));
                var rig = new EventsRig(Files.createDirectory(work.resolve("events")), temporal.target())) {
            failsTwice(rig, to.resolve(args[1] + "-fails-twice.json"));
            parkedAndReplayed(rig, to.resolve(args[1] + "-parked-and-replayed.json"));
            ordered(rig, to.resolve(args[1] + "-ordered.json"));
            big(rig, to.resolve(args[1] + "-big.json"));
            withheld(rig, to.resolve(args[1] + "-withheld.json"));
        }
        System.exit(0);
    }

    private static void failsTwice(EventsRig rig, Path file) throws Exception {
        var calls = new AtomicInteger();
        try (var subscriber =
                new Subscriber().answering(_ -> Subscriber.Answer.of(calls.incrementAndGet() <= 2 ? 503 : 202))) {
            rig.subscribe("flaky", subscriber.url(), EventsRig.quick(10));
            rig.sender().event(EventsRig.HOST, "fails-twice");
            save(rig, "fails-twice", file);
            rig.events().unregister("flaky");
        }
    }

    private static void ordered(EventsRig rig, Path file) throws Exception {
        var calls = new AtomicInteger();
        try (var subscriber =
                new Subscriber().answering(_ -> Subscriber.Answer.of(calls.incrementAndGet() <= 2 ? 503 : 202))) {
            rig.subscribe("orderly", subscriber.url(), EventsRig.quick(10), Terms.NONE.withOrder(true));
            var headers = Map.of(
                    "ce-specversion", "1.0",
                    "ce-id", "ordered",
                    "ce-type", "dev.sluice.test",
                    "ce-source", "/tests",
                    "ce-partitionkey", "k");
            rig.sender().post(EventsRig.HOST, headers, "");
            save(rig, "ordered", file);
            rig.events().unregister("orderly");
        }
    }

    private static void big(EventsRig rig, Path file) throws Exception {
        var calls = new AtomicInteger();
        try (var subscriber =
                new Subscriber().answering(_ -> Subscriber.Answer.of(calls.incrementAndGet() <= 2 ? 503 : 202))) {
            rig.subscribe("big", subscriber.url(), EventsRig.quick(10));
            rig.sender().event(EventsRig.HOST, "big", "x".repeat(1 << 20));
            save(rig, "big", file);
            rig.events().unregister("big");
        }
    }

    /** An event that is not tried before it is handed over, as its subscriber has failed in numbers; it is looked at after seconds. */
    private static void withheld(EventsRig rig, Path file) throws Exception {
        var slow = new DeliveryPolicy(
                10,
                Duration.ofSeconds(5),
                new Backoff(Backoff.Shape.LINEAR, Duration.ofMinutes(10), Duration.ofMinutes(10)));
        try (var subscriber = new Subscriber().answering(503)) {
            rig.subscribe("ill", subscriber.url(), slow);
            for (int i = 0; rig.stats("ill").withheld() == 0; i++) {
                rig.sender().event(EventsRig.HOST, "before-" + i);
                Awaitility.await().until(() -> rig.stats("ill").handedOver() > 0);
            }
            rig.sender().event(EventsRig.HOST, "withheld");
            var workflow = rig.awaitEvent("withheld", Phase.WAITING);
            subscriber.answering(200);
            rig.awaitEvent("withheld", Phase.DELIVERED);
            Files.writeString(file, rig.completedHistory(workflow));
            System.out.println(file);
            rig.events().unregister("ill");
        }
    }

    private static void parkedAndReplayed(EventsRig rig, Path file) throws Exception {
        try (var subscriber = new Subscriber().answering(400)) {
            rig.subscribe("strict", subscriber.url(), EventsRig.quick(10));
            rig.sender().event(EventsRig.HOST, "parked");
            var workflow = rig.awaitEvent("parked", Phase.PARKED);
            subscriber.answering(200);
            rig.events().deliveries().replay(workflow, List.of());
            save(rig, "parked", file);
            rig.events().unregister("strict");
        }
    }

    private static void save(EventsRig rig, String event, Path file) throws Exception {
        var workflow = rig.awaitEvent(event, Phase.DELIVERED);
        Files.writeString(file, rig.completedHistory(workflow));
        System.out.println(file);
    }

    private RecordHistories() {}
}
