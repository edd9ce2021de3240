package dev.sluice.bench;

import java.io.IOException;
import java.util.Locale;

/**
 * Cold start: from a request for a Service at zero to its answer, next to what the same pod takes from its creation to its first
 * answer, and to what a Deployment takes that is scaled by hand; one, five and twenty-five at once, in turns.
 */
final class ColdStartBench {
    private static final int[] AT_ONCE = {1, 5, 25};
    private static final int[] ROUNDS = {10, 4, 3};
    private static final int SERVICES = 25;

    private final BenchServices services;
    private final Pods pods;
    private int named;

    private ColdStartBench(BenchServices services, Pods pods) {
        this.services = services;
        this.pods = pods;
    }

    private static final class Row {
        final Times pod = new Times();
        final Times deployment = new Times();
        final Times sluice = new Times();
    }

    static void main(String[] args) throws Exception {
        try (var platform = PlatformUnderTest.of(args);
                var services = new BenchServices(platform)) {
            AtOnce.run(SERVICES, i -> () -> services.create(service(i), 0));
            try (var pods = new Pods(platform.client(), services.namespace(), services.podSpec(service(0)))) {
                var bench = new ColdStartBench(services, pods);
                bench.round(1, new Row()); // everything is loaded and cached afterwards
                bench.round(5, new Row());
                System.out.println("Cold start, milliseconds");
                System.out.println();
                System.out.println(
                        "| at once | rounds | the pod alone, p50 | p95 | a Deployment scaled by hand, p50 | p95"
                                + " | through Sluice, p50 | p95 | added to the pod, p50 | p95 |");
                System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
                for (int i = 0; i < AT_ONCE.length; i++) {
                    var row = new Row();
                    for (int round = 0; round < ROUNDS[i]; round++) {
                        bench.round(AT_ONCE[i], row);
                    }
                    System.out.printf(
                            Locale.ROOT,
                            "| %d | %d | %s | %s | %s | %.0f | %.0f |%n",
                            AT_ONCE[i],
                            ROUNDS[i],
                            row.pod.cells(),
                            row.deployment.cells(),
                            row.sluice.cells(),
                            row.sluice.percentile(0.5) - row.pod.percentile(0.5),
                            row.sluice.percentile(0.95) - row.pod.percentile(0.95));
                }
            }
        }
    }

    private static String service(int i) {
        return "s" + i;
    }

    private void round(int atOnce, Row row) throws IOException, InterruptedException {
        int first = named;
        named += atOnce;
        AtOnce.run(atOnce, i -> () -> row.pod.add(pods.alone("p" + (first + i))));
        AtOnce.run(atOnce, i -> () -> pods.remove("p" + (first + i)));
        AtOnce.run(atOnce, i -> () -> pods.deployment("d" + (first + i)));
        Thread.sleep(500); // until its controller has seen that there is nothing to do
        AtOnce.run(atOnce, i -> () -> row.deployment.add(pods.scaled("d" + (first + i))));
        AtOnce.run(atOnce, i -> () -> pods.remove("d" + (first + i)));
        Thread.sleep(500); // until the node has cleared away after them
        AtOnce.run(atOnce, i -> () -> row.sluice.add(services.ask(service(i))));
        services.awaitZero();
        Thread.sleep(500); // the same
    }
}
