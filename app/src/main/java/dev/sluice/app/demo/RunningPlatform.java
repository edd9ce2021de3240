package dev.sluice.app.demo;

import dev.sluice.app.control.ControlClient;
import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The platform that the demo uses: one that runs already, or one it starts and leaves running. */
record RunningPlatform(StateDir state, InstanceFile instance, String launcher, boolean startedHere) {
    /** Without a word of it: engines may have to be built, once, and that takes as long as the machine needs. */
    private static final long SILENCE_LIMIT_SECONDS = 1200;

    static RunningPlatform findOrStart(StateDir state, String launcher, Narrator tell)
            throws IOException, InterruptedException {
        var running = InstanceFile.read(state);
        if (running.isPresent()) {
            return new RunningPlatform(state, running.get(), launcher, false);
        }
        state.create();
        var log = state.root().resolve("up.log");
        Files.deleteIfExists(log);
        // a session of its own: the demo's end, or Ctrl-C, does not end the platform
        var builder = new ProcessBuilder(
                        "setsid", launcher, "up", "--state", state.root().toString())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log.toFile());
        var process = builder.start();
        long lastWord = System.nanoTime();
        try (var lines = new LogTail(log)) {
            while (true) {
                var said = lines.fresh();
                said.forEach(line -> tell.fact("│ " + line));
                if (!said.isEmpty()) {
                    lastWord = System.nanoTime();
                }
                var started = InstanceFile.read(state);
                if (started.isPresent()) {
                    return new RunningPlatform(state, started.get(), launcher, true);
                }
                if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                    lines.fresh().forEach(line -> tell.fact("│ " + line));
                    throw new DemoFailure(
                            "the platform did not start (exit code " + process.exitValue() + "); see " + log);
                }
                if (System.nanoTime() - lastWord > TimeUnit.SECONDS.toNanos(SILENCE_LIMIT_SECONDS)) {
                    process.destroy();
                    throw new DemoFailure("the platform is not ready and has been silent for "
                            + SILENCE_LIMIT_SECONDS / 60 + " minutes; see " + log);
                }
            }
        }
    }

    KubernetesClient client() throws IOException {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(instance.kubeconfig())))
                .build();
    }

    ApiClient api() throws IOException {
        return ApiClient.of(state, instance);
    }

    /** Types a verb into a shell of its own: the lines that a person would read. */
    List<String> typed(String... words) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of(launcher));
        line.addAll(List.of(words));
        var builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("SLUICE_HOME", state.root().toString());
        var process = builder.start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new DemoFailure(
                    "'sluice " + String.join(" ", words) + "' ended with " + process.exitValue() + ": " + said);
        }
        return said.lines().toList();
    }

    /** Types a verb of the command line, with its output going to the given streams. */
    int verb(PrintStream out, PrintStream err, List<String> words) throws IOException {
        return ControlClient.run(
                state.socket(),
                new ControlRequest(words, Path.of("").toAbsolutePath(), new ControlRequest.Terminal(false, false)),
                out,
                err);
    }
}
