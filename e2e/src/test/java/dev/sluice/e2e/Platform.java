package dev.sluice.e2e;

import dev.sluice.processes.Ports;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A running {@code ./sluice up} with a state folder of its own: on kube-dev, or, when the environment gives KUBECONFIG and
 * SLUICE_REGISTRY and the test run is told to (system property {@code sluice.e2e.cluster}), outside of that cluster.
 */
public final class Platform implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(15);
    /** For one call to the API server, which may share its cores with much else. */
    private static final int CALL_LIMIT_MS = 120_000;

    static {
        // else a test waits in vain for what went wrong in another one beside it
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }

    static final Path LAUNCHER = Path.of(System.getProperty("sluice.launcher", "../sluice"))
            .toAbsolutePath()
            .normalize();

    public final Path home;
    private final List<String> options;
    private final Map<String, String> variables = new TreeMap<>();
    private String dockerHub = "";
    private @Nullable Process process;
    private @Nullable KubernetesClient client;

    Platform(Path home, String... more) {
        this.home = home;
        options = new ArrayList<>();
        if (onCluster()) {
            options.addAll(List.of("--kubeconfig", env("KUBECONFIG"), "--registry", env("SLUICE_REGISTRY")));
        }
        options.addAll(List.of(more));
    }

    /** Says which registry it was told to take docker.io's images from. */
    Platform mirroring(String registry) {
        dockerHub = registry;
        return this;
    }

    /** Starts it with a variable in its environment. */
    Platform with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /** The variable that {@link #up} was given; empty when it was started by somebody else. */
    public String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    String dockerHub() {
        return dockerHub;
    }

    public static boolean onCluster() {
        return Boolean.getBoolean("sluice.e2e.cluster");
    }

    /** Starts it and returns when it says that it is ready. */
    Platform up() {
        try {
            portsOfItsOwn();
            var log = home.resolve("up.out").toFile();
            var command = new ArrayList<>(List.of(LAUNCHER.toString(), "up"));
            command.addAll(options);
            var builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
            builder.environment().putAll(variables);
            builder.environment().put("SLUICE_HOME", home.toString());
            var started = builder.start();
            process = started;
            var end = System.nanoTime() + START_LIMIT.toNanos();
            while (!isReady(started)) {
                if (!started.isAlive() || System.nanoTime() > end) {
                    throw new AssertionError("sluice up did not become ready:\n" + Files.readString(log.toPath()));
                }
                started.waitFor(50, TimeUnit.MILLISECONDS);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The usual ones might go to a platform beside it while this one is down. */
    private void portsOfItsOwn() {
        var ports = Ports.rememberedIn(home.resolve("ports"));
        for (var name : List.of("gateway", "gateway-tls")) {
            if (ports.last(name).isEmpty()) {
                var _ = ports.of(name, 0);
            }
        }
    }

    private boolean isReady(Process started) {
        return Files.exists(home.resolve("instance.properties"))
                && instance("pid").equals(Long.toString(started.pid()));
    }

    /** What the running platform says of itself. */
    public String instance(String key) {
        try (var in = Files.newBufferedReader(home.resolve("instance.properties"))) {
            var values = new Properties();
            values.load(in);
            return values.getProperty(key, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether {@link #up} started it. */
    boolean isOurs() {
        return process != null;
    }

    Process process() {
        var running = process;
        if (running == null) {
            throw new IllegalStateException("not up");
        }
        return running;
    }

    public Path kubeconfig() {
        return Path.of(instance("kubeconfig"));
    }

    public String registry() {
        return instance("registry");
    }

    /** Of the one node, which is this machine: where pods reach what a test serves. */
    public String nodeAddress() {
        return client().nodes().list().getItems().getFirst().getStatus().getAddresses().stream()
                .filter(address -> address.getType().equals("InternalIP"))
                .findFirst()
                .orElseThrow()
                .getAddress();
    }

    public KubernetesClient client() {
        var known = client;
        if (known == null) {
            try {
                var config = Config.fromKubeconfig(Files.readString(kubeconfig()));
                config.setRequestTimeout(CALL_LIMIT_MS);
                config.setConnectionTimeout(CALL_LIMIT_MS);
                known = new KubernetesClientBuilder().withConfig(config).build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            client = known;
        }
        return known;
    }

    /** A shell's environment as {@code ./sluice up} tells its user to set it. */
    Cli cli() {
        return new Cli(Map.of(
                "SLUICE_HOME", home.toString(), "KUBECONFIG", kubeconfig().toString()));
    }

    public Cli.Result sluice(String... arguments) {
        var command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        return cli().run(home, command.toArray(String[]::new));
    }

    /** What it draws there is in its output, escape sequences included. */
    Cli.Result sluiceOnATerminal(String... arguments) {
        var words = new ArrayList<>(List.of(LAUNCHER.toString()));
        words.addAll(List.of(arguments));
        return cli().run(home, "script", "-qefc", String.join(" ", words), "/dev/null");
    }

    public Cli.Result kubectl(String... arguments) {
        var command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        return cli().run(home, command.toArray(String[]::new));
    }

    /** {@code kubectl} with a manifest on standard input. */
    public Cli.Result kubectlWith(String manifest, String... arguments) {
        var command = new ArrayList<>(List.of("kubectl"));
        command.addAll(List.of(arguments));
        return cli().run(home, manifest, Duration.ofMinutes(2), command.toArray(String[]::new));
    }

    /** kill -9, as a machine that loses power would. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
        forgetClient();
    }

    private void forgetClient() {
        if (client != null) {
            client.close();
            client = null;
        }
    }

    /** Ends it the way a user does. */
    void down() {
        forgetClient();
        new Cli(Map.of("SLUICE_HOME", home.toString()))
                .run(home, LAUNCHER.toString(), "down")
                .succeeded();
        try {
            if (!process().waitFor(120, TimeUnit.SECONDS)) {
                throw new AssertionError("sluice up still runs after sluice down");
            }
            if (process().exitValue() != 0) {
                throw new AssertionError(
                        "sluice up ended with exit code " + process().exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        forgetClient();
        var running = process;
        if (running != null && running.isAlive()) {
            running.destroy();
            try {
                if (!running.waitFor(120, TimeUnit.SECONDS)) {
                    running.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                running.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    static String env(String name) {
        var value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("the cluster run needs " + name);
        }
        return value;
    }
}
