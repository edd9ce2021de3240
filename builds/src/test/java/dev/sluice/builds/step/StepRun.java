package dev.sluice.builds.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One step run in this JVM, with a workspace, a HOME and a termination message of its own. */
record StepRun(int exitCode, String output, JsonNode message) {
    static StepRun of(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        var workspace = Files.createDirectories(folder.resolve("workspace"));
        var home = Files.createDirectories(folder.resolve("home"));
        var termination = folder.resolve("termination-log");
        Files.deleteIfExists(termination);
        var env = new HashMap<>(environment);
        env.putIfAbsent("HOME", home.toString());
        env.put("SLUICE_TERMINATION_LOG", termination.toString());
        var output = new ByteArrayOutputStream();
        int code = Steps.run(arguments, env, workspace, new PrintStream(output, true, StandardCharsets.UTF_8));
        var message = Files.exists(termination)
                ? new ObjectMapper().readTree(Files.readString(termination))
                : MissingNode.getInstance();
        return new StepRun(code, output.toString(StandardCharsets.UTF_8), message);
    }
}
