package dev.sluice.builds.step;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A build tool as a process of its own, whose output is that of the step. */
final class Tool {
    /** @return its exit code */
    static int run(ProcessBuilder builder, PrintStream out, Consumer<String> lines)
            throws IOException, InterruptedException {
        var tool = builder.start();
        tool.getOutputStream().close();
        try (var output = new BufferedReader(new InputStreamReader(tool.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                out.println(line);
                lines.accept(line);
            }
        }
        return tool.waitFor();
    }

    private Tool() {}
}
