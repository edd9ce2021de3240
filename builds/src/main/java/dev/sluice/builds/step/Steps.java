package dev.sluice.builds.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs one step. Its outcome is the exit code, what it prints, and the termination message: one JSON object, with results or with
 * {@code reason} and {@code message}.
 */
public final class Steps {
    private static final String DEFAULT_TERMINATION_LOG = "/dev/termination-log";
    /** What a kubelet keeps of a termination message. */
    private static final int LONGEST_MESSAGE = 3_000;

    /** @param arguments the name of the step, then its own arguments */
    public static int run(String[] arguments, Map<String, String> environment, PrintStream out) {
        return run(arguments, environment, Path.of("").toAbsolutePath(), out);
    }

    static int run(String[] arguments, Map<String, String> environment, Path directory, PrintStream out) {
        var name = arguments.length == 0 ? "" : arguments[0];
        var own = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        var context = new StepContext(own, environment, directory, out);
        try {
            var results = switch (name) {
                case "git" -> new GitStep(context).run();
                case "gcs" -> new GcsStep(context).run();
                case "jib" -> new JibStep(context).run();
                case "credentials" -> new CredentialsStep(context).run();
                case "nop" -> nop(out);
                default ->
                    throw new StepFailure(
                            "UnknownStep",
                            "there is no step \"" + name + "\": there are git, gcs, jib, credentials and nop");
            };
            if (!results.isEmpty()) {
                tell(context, results);
            }
            return 0;
        } catch (StepFailure e) {
            out.println("ERROR: " + e.getMessage());
            tell(context, failure(e.reason(), String.valueOf(e.getMessage())));
        } catch (IOException e) {
            out.println("ERROR: " + e);
            tell(context, failure("StepFailed", "step " + name + " failed: " + e));
        } catch (RuntimeException e) { // nobody thought of it: the trace is for whoever mends it
            e.printStackTrace(out);
            out.println("ERROR: " + e);
            tell(context, failure("StepFailed", "step " + name + " failed: " + e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            tell(context, failure("Interrupted", "step " + name + " was interrupted"));
        }
        return 1;
    }

    private static Map<String, String> nop(PrintStream out) {
        out.println("Build successful");
        return Map.of();
    }

    private static Map<String, String> failure(String reason, String message) {
        var line = message.lines().findFirst().orElse("").strip();
        var shortened = line.length() > LONGEST_MESSAGE ? line.substring(0, LONGEST_MESSAGE) + "…" : line;
        return new TreeMap<>(Map.of("reason", reason, "message", shortened));
    }

    /** Outside a container there is nobody to tell: then there is no such file. */
    private static void tell(StepContext context, Map<String, String> message) {
        var file = Path.of(context.env("SLUICE_TERMINATION_LOG").orElse(DEFAULT_TERMINATION_LOG));
        if (context.env("SLUICE_TERMINATION_LOG").isEmpty() && !Files.isWritable(file)) {
            return;
        }
        try {
            Files.writeString(file, new ObjectMapper().writeValueAsString(new TreeMap<>(message)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("strings are always JSON", e);
        } catch (IOException e) {
            context.out().println("WARNING: the termination message could not be written to " + file + ": " + e);
        }
    }

    private Steps() {}
}
