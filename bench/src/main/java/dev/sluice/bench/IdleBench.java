package dev.sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What many Services at zero cost: CPU while nothing happens, and memory of the instance and of a gateway of its own process. */
final class IdleBench {
    private static final int SERVICES = 1000;
    private static final int STEPS = 5;
    private static final int AT_ONCE = 50;
    private static final Duration SETTLE = Duration.ofSeconds(20);
    private static final Duration WATCHED = Duration.ofSeconds(60);
    private static final List<String> ENGINES =
            List.of("kube-apiserver", "etcd", "kube-controller-manager", "temporal");
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    /** Shares of a core by process, and heaps in KiB after a collection. */
    private record Observed(Map<String, Double> cpu, long instance, long gateway) {}

    static void main(String[] args) throws Exception {
        int count = services(args);
        int gatewayPort = Programs.freePort();
        int controlPort = Programs.freePort();
        try (var platform = PlatformUnderTest.of(
                        args,
                        "--gateways",
                        "127.0.0.1:" + gatewayPort,
                        "--gateway-control",
                        "127.0.0.1:" + controlPort);
                var gateway = new GatewayProcess(platform, gatewayPort, controlPort);
                var services = new BenchServices(platform)) {
            services.create("first", 0);
            var before = observe(platform, gateway);
            System.out.println("| Services there | ms to Ready p50 | p95 | CPU ms of the instance per Service |");
            System.out.println("| --- | --- | --- | --- |");
            for (int step = 0; step < STEPS; step++) {
                grow(platform, services, step * (count / STEPS), count / STEPS);
            }
            var after = observe(platform, gateway);
            System.out.println();
            System.out.println("| while nothing happens | no Services | " + count + " Services at zero |");
            System.out.println("| --- | --- | --- |");
            after.cpu()
                    .forEach((name, cpu) -> System.out.printf(
                            Locale.ROOT,
                            "| CPU of %s, %% of a core | %.2f | %.2f |%n",
                            name,
                            before.cpu().get(name),
                            cpu));
            memory("instance", before.instance(), after.instance(), count);
            memory("gateway", before.gateway(), after.gateway(), count);
        }
    }

    /** {@code --services N}; those that the goals are about otherwise. */
    private static int services(String[] args) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals("--services")) {
                return Integer.parseInt(args[i + 1]);
            }
        }
        return SERVICES;
    }

    private static void memory(String name, long before, long after, int count) {
        System.out.printf(
                Locale.ROOT,
                "| heap of the %s, KiB | %d | %d (%.1f each) |%n",
                name,
                before,
                after,
                (after - before) / (double) count);
    }

    private static void grow(PlatformUnderTest platform, BenchServices services, int there, int more) throws Exception {
        var times = new Times();
        var before = platform.cpu();
        for (int begun = 0; begun < more; begun += AT_ONCE) {
            int first = there + begun;
            AtOnce.run(Math.min(AT_ONCE, more - begun), i -> () -> times.add(services.create("i" + (first + i), 0)));
        }
        System.out.printf(
                Locale.ROOT,
                "| %d to %d | %s | %d |%n",
                there,
                there + more,
                times.cells(),
                platform.cpu().minus(before).toMillis() / more);
    }

    private static Observed observe(PlatformUnderTest platform, GatewayProcess gateway) throws Exception {
        Thread.sleep(SETTLE);
        var from = cpus(platform, gateway);
        Thread.sleep(WATCHED);
        var shares = new LinkedHashMap<String, Double>();
        cpus(platform, gateway)
                .forEach((name, cpu) ->
                        shares.put(name, 100.0 * cpu.minus(from.get(name)).toMillis() / WATCHED.toMillis()));
        return new Observed(shares, heap(platform.process().pid()), heap(gateway.pid()));
    }

    private static Map<String, Duration> cpus(PlatformUnderTest platform, GatewayProcess gateway) throws IOException {
        var cpus = new LinkedHashMap<String, Duration>();
        cpus.put("the instance", platform.cpu());
        cpus.put("the gateway", gateway.cpu());
        for (var engine : ENGINES) {
            cpus.put(engine, platform.cpu(engine));
        }
        return cpus;
    }

    /** KiB in use after a collection. */
    private static long heap(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        var matcher = USED.matcher(jcmd(pid, "GC.heap_info"));
        if (!matcher.find()) {
            throw new IOException("jcmd says nothing of the heap of process " + pid);
        }
        return Long.parseLong(matcher.group(1));
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }

    private IdleBench() {}
}
