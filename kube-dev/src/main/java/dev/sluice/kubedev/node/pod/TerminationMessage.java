package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A container's last words: its termination file, or the end of its log where it asked for that and failed. */
final class TerminationMessage {

    private static final int MOST_BYTES = 4096;
    private static final int MOST_LOG_BYTES = 2048;
    private static final int MOST_LOG_LINES = 80;

    private TerminationMessage() {}

    static Optional<String> read(Container container, ContainerRecord.Running running, int exitCode) {
        try {
            byte[] bytes = Files.readAllBytes(running.terminationLog);
            if (bytes.length > 0) {
                return Optional.of(new String(bytes, 0, Math.min(bytes.length, MOST_BYTES), StandardCharsets.UTF_8));
            }
            if (exitCode != 0 && "FallbackToLogsOnError".equals(container.getTerminationMessagePolicy())) {
                List<String> lines = Files.readAllLines(running.log.file());
                String text = lines.subList(Math.max(0, lines.size() - MOST_LOG_LINES), lines.size()).stream()
                        .map(l -> l.split(" ", 4))
                        .filter(p -> p.length == 4)
                        .map(p -> p[3] + (p[2].equals("P") ? "" : "\n"))
                        .collect(Collectors.joining());
                return Optional.of(text.substring(Math.max(0, text.length() - MOST_LOG_BYTES)));
            }
        } catch (IOException _) {
            // no last words
        }
        return Optional.empty();
    }
}
