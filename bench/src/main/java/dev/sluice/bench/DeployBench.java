package dev.sluice.bench;

import java.util.Locale;

/**
 * From a Service's creation to its Ready: one after the other next to what the same pod takes by itself, and many at once. The image
 * is there already.
 */
final class DeployBench {
    private static final int ROUNDS = 15;
    private static final int MANY = 200;
    private static final int WITH_PODS = 50;

    static void main(String[] args) throws Exception {
        try (var platform = PlatformUnderTest.of(args);
                var services = new BenchServices(platform)) {
            services.create("warm", 1);
            var pod = new Times();
            var one = new Times();
            var none = new Times();
            try (var pods = new Pods(platform.client(), services.namespace(), services.podSpec("warm"))) {
                for (int round = -3; round < ROUNDS; round++) {
                    var name = round < 0 ? "w" + -round : "o" + round;
                    var alone = pods.alone(name);
                    pods.remove(name);
                    var service = services.create(name, 1);
                    services.awaitZero();
                    var asleep = services.create(name + "z", 0);
                    if (round >= 0) {
                        pod.add(alone);
                        one.add(service);
                        none.add(asleep);
                    }
                }
            }
            System.out.println("From creation to Ready, milliseconds");
            System.out.println();
            System.out.println("| | p50 | p95 | CPU of Sluice per Service |");
            System.out.println("| --- | --- | --- | --- |");
            System.out.printf("| a pod by itself, to its first answer | %s | |%n", pod.cells());
            System.out.printf("| one Service | %s | |%n", one.cells());
            System.out.printf("| one Service that starts at zero | %s | |%n", none.cells());
            burst(platform, services, "many", MANY, 0);
            burst(platform, services, "pods", WITH_PODS, 1);
            System.out.printf(
                    Locale.ROOT,
                    "%none Service adds to its pod: p50 %.0f ms, p95 %.0f ms%n",
                    one.percentile(0.5) - pod.percentile(0.5),
                    one.percentile(0.95) - pod.percentile(0.95));
        }
    }

    private static void burst(PlatformUnderTest platform, BenchServices services, String name, int count, int scale)
            throws Exception {
        var times = new Times();
        var before = platform.cpu();
        AtOnce.run(count, i -> () -> times.add(services.create(name + i, scale)));
        System.out.printf(
                Locale.ROOT,
                "| %d Services at once, %s | %s | %d |%n",
                count,
                scale == 0 ? "all starting at zero" : "with a pod each",
                times.cells(),
                platform.cpu().minus(before).toMillis() / count);
    }

    private DeployBench() {}
}
