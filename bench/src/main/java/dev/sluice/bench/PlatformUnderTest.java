package dev.sluice.bench;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@code ./sluice up} with a state folder of its own, which goes with it, or one that runs already ({@code --home DIR}). */
final class PlatformUnderTest implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(15);

    private final Path launcher;
    private final Path home;
    private final boolean ours;
    private @Nullable Process process;
    private @Nullable KubernetesClient client;

    private PlatformUnderTest(Path launcher, Path home, boolean ours) {
        this.launcher = launcher;
        this.home = home;
        this.ours = ours;
    }

    /** What the arguments of a bench ask for; {@code options} are those of {@code up}. */
    static PlatformUnderTest of(String[] args, String... options) throws IOException, InterruptedException {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals("--home")) {
                return new PlatformUnderTest(launcher(), Path.of(args[i + 1]).toAbsolutePath(), false);
            }
        }
        var platform = fresh(launcher());
        platform.up(options);
        return platform;
    }

    /** One that is not up yet. */
    static PlatformUnderTest fresh(Path launcher) throws IOException {
        var platform = new PlatformUnderTest(launcher, Files.createTempDirectory("sluice-bench"), true);
        Runtime.getRuntime().addShutdownHook(new Thread(platform::closeInterrupted, "close"));
        return platform;
    }

    /** A bench that is interrupted leaves nothing running either. */
    private void closeInterrupted() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("bench: " + home + " stays: " + e.getMessage());
        }
    }

    /** That of this checkout, or of another: property {@code sluice.launcher}. */
    static Path launcher() {
        return Path.of(System.getProperty("sluice.launcher", "sluice"))
                .toAbsolutePath()
                .normalize();
    }

    /** Starts it and returns how long it took until it said that it is ready. */
    Duration up(String... options) throws IOException, InterruptedException {
        var log = home.resolve("up.out");
        var command = new ArrayList<>(List.of(launcher.toString(), "up", "--gateway-port", "0"));
        command.addAll(List.of(options));
        var builder = command(command.toArray(String[]::new))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        long began = System.nanoTime();
        var started = builder.start();
        process = started;
        try {
            while (!instance("pid").equals(Long.toString(started.pid()))) {
                if (started.waitFor(10, TimeUnit.MILLISECONDS) || System.nanoTime() - began > START_LIMIT.toNanos()) {
                    throw new IOException("sluice up did not become ready:\n" + Files.readString(log));
                }
            }
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    ProcessBuilder command(String... command) {
        var builder = new ProcessBuilder(command);
        builder.environment().put("SLUICE_HOME", home.toString());
        return builder;
    }

    Path home() {
        return home;
    }

    /** What the running platform says of itself; empty while it is not ready. */
    private String instance(String key) throws IOException {
        var file = home.resolve("instance.properties");
        if (!Files.exists(file)) {
            return "";
        }
        try (var in = Files.newBufferedReader(file)) {
            var values = new Properties();
            values.load(in);
            return values.getProperty(key, "");
        }
    }

    ProcessHandle process() throws IOException {
        return ProcessHandle.of(Long.parseLong(instance("pid"))).orElseThrow();
    }

    /** CPU time of the instance itself, and of one of its engines by the name of its program. */
    Duration cpu() throws IOException {
        return cpu(process());
    }

    Duration cpu(String engine) throws IOException {
        return process()
                .descendants()
                .filter(child -> child.info()
                        .command()
                        .map(Path::of)
                        .map(Path::getFileName)
                        .filter(name -> name.toString().startsWith(engine))
                        .isPresent())
                .map(PlatformUnderTest::cpu)
                .reduce(Duration.ZERO, Duration::plus);
    }

    static Duration cpu(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    InetSocketAddress gateway() throws IOException {
        var uri = URI.create(instance("gateway"));
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort() < 0 ? 80 : uri.getPort());
    }

    String domain() throws IOException {
        return instance("domain");
    }

    String registry() throws IOException {
        return instance("registry");
    }

    KubernetesClient client() throws IOException {
        var known = client;
        if (known == null) {
            known = new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(Files.readString(Path.of(instance("kubeconfig")))))
                    .build();
            client = known;
        }
        return known;
    }

    /** Stops it, if it is ours, and keeps its state. */
    void down() {
        Optional.ofNullable(client).ifPresent(KubernetesClient::close);
        client = null;
        var running = process;
        process = null;
        if (running == null) {
            return;
        }
        running.destroy();
        try {
            if (!running.waitFor(60, TimeUnit.SECONDS)) {
                running.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        down();
        if (ours && Files.exists(home)) {
            try (var files = Files.walk(home)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
