package dev.sluice.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and keeps what it printed. */
public final class Cli {
    /** What a finished program left: its exit code and its two outputs. */
    public record Result(List<String> command, int exit, String out, String err) {
        public String all() {
            return out + err;
        }

        public Result succeeded() {
            if (exit != 0) {
                throw new AssertionError(command + " ended with " + exit + "\n" + out + "\n" + err);
            }
            return this;
        }

        public Result failed() {
            if (exit == 0) {
                throw new AssertionError(command + " should have failed\n" + out + "\n" + err);
            }
            return this;
        }
    }

    private final Map<String, String> environment;

    Cli(Map<String, String> environment) {
        this.environment = environment;
    }

    Result run(Path directory, String... command) {
        return run(directory, "", Duration.ofMinutes(5), command);
    }

    Result run(Path directory, String input, Duration limit, String... command) {
        try {
            var in = Files.createTempFile("sluice-e2e", ".in");
            var out = Files.createTempFile("sluice-e2e", ".out");
            var err = Files.createTempFile("sluice-e2e", ".err");
            try {
                Files.writeString(in, input);
                var builder = new ProcessBuilder(new ArrayList<>(Arrays.asList(command)))
                        .directory(directory.toFile())
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
                builder.environment().putAll(environment);
                var process = builder.start();
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new AssertionError(
                            String.join(" ", command) + " did not end within " + limit + "\n" + text(out) + text(err));
                }
                return new Result(List.of(command), process.exitValue(), text(out), text(err));
            } finally {
                Files.deleteIfExists(in);
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command[0] + " ran", e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
