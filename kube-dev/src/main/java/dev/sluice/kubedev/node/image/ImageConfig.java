package dev.sluice.kubedev.node.image;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an image says about running it. */
public record ImageConfig(
        List<String> entrypoint,
        List<String> command,
        Map<String, String> environment,
        String workingDirectory,
        String user,
        Optional<String> stopSignal) {

    public ImageConfig {
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        environment = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    static ImageConfig parse(JsonNode root) {
        JsonNode config = root.path("config");
        Map<String, String> environment = new LinkedHashMap<>();
        for (String entry : strings(config.path("Env"))) {
            int equals = entry.indexOf('=');
            environment.put(
                    equals < 0 ? entry : entry.substring(0, equals), equals < 0 ? "" : entry.substring(equals + 1));
        }
        String directory = config.path("WorkingDir").asText("");
        String signal = config.path("StopSignal").asText("");
        return new ImageConfig(
                strings(config.path("Entrypoint")),
                strings(config.path("Cmd")),
                environment,
                directory.isEmpty() ? "/" : directory,
                config.path("User").asText(""),
                signal.isEmpty() ? Optional.empty() : Optional.of(signal));
    }

    private static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(n -> values.add(n.asText()));
        return values;
    }
}
