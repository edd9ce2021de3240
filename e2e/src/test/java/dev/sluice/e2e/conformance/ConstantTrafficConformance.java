package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Whatever is changed, moved, deleted or evicted under it, no request fails; the order comes from a seed that is printed. */
@Conformance
class ConstantTrafficConformance {
    @Test
    void failsNoRequestWhileEverythingElseChanges(World world) {
        long seed = Long.getLong("traffic.seed", ThreadLocalRandom.current().nextInt(100_000));
        System.out.println("constant traffic: seed " + seed + " (-Dtraffic.seed repeats it)");
        var random = new Random(seed);
        var service = world.service("""
                metadata: {name: steady}
                spec:
                  template:
                    metadata: {annotations: {autoscaling.knative.dev/min-scale: "2", autoscaling.knative.dev/max-scale: "4"}}
                    spec: {containers: [{image: $V1}]}
                """).ready();
        service.merge("spec: {template: {spec: {containers: [{image: $V2}]}}}").ready();
        var url = service.url();
        List<Runnable> changes = new ArrayList<>(List.of(
                () -> service.merge("""
                        spec: {traffic: [{revisionName: steady-00001, percent: 30}, {latestRevision: true, percent: 70}]}
                        """).ready(),
                () -> service.merge("""
                        spec: {traffic: [{revisionName: steady-00001, percent: 0, tag: old}, {latestRevision: true, percent: 100}]}
                        """).ready(),
                () -> service.merge("spec: {traffic: [{latestRevision: true, percent: 100}]}")
                        .ready(),
                () -> service.merge("""
                        spec: {template: {metadata: {annotations: {autoscaling.knative.dev/min-scale: "1"}}}}
                        """).ready(),
                () -> service.merge("spec: {template: {spec: {containerConcurrency: 5}}}")
                        .ready(),
                () -> somePod(world, random).delete(),
                () -> evict(world, somePod(world, random))));
        Collections.shuffle(changes, random);
        try (var prober = Prober.on(world, 4, () -> url + "/wait?first=" + random(random, 60))) {
            for (var change : changes) {
                prober.after(10);
                change.run();
            }
            assertThat(prober.allAnswered()).isGreaterThan(changes.size() * 10);
        }
    }

    private static int random(Random random, int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    private static Thing somePod(World world, Random random) {
        var pods = world.list(Kind.POD).stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .map(World::nameOf)
                .sorted()
                .toList();
        return world.thing(Kind.POD, pods.get(random(random, pods.size())));
    }

    private static void evict(World world, Thing pod) {
        world.client()
                .pods()
                .inNamespace(world.namespace())
                .withName(pod.name())
                .evict();
    }
}
