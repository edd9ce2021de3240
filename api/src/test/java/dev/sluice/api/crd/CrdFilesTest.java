package dev.sluice.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Kinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** With {@code -Dupdate.golden} the files are written anew instead, for review. */
class CrdFilesTest {
    private static final Path FOLDER = Path.of("..", "deploy", "crds");
    private static final Map<String, String> GENERATED = CrdFiles.generate();

    @Test
    void filesSayWhatTheTypesSay() throws IOException {
        if (System.getProperty("update.golden") != null) {
            write(GENERATED);
        }

        assertThat(read().keySet()).isEqualTo(GENERATED.keySet());
        read().forEach((name, text) -> assertThat(text).as(name).isEqualTo(GENERATED.get(name)));
    }

    @Test
    void everyKindHasAFileOfItsName() {
        var names = Kinds.customResources().stream()
                .map(type -> HasMetadata.getFullResourceName(type) + ".yaml")
                .collect(Collectors.toSet());

        assertThat(GENERATED.keySet()).isEqualTo(names);
    }

    private static void write(Map<String, String> generated) throws IOException {
        Files.createDirectories(FOLDER);
        for (var stale : read().keySet()) {
            Files.delete(FOLDER.resolve(stale));
        }
        for (var file : generated.entrySet()) {
            Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
        }
    }

    private static Map<String, String> read() throws IOException {
        var files = new TreeMap<String, String>();
        try (var list = Files.newDirectoryStream(FOLDER, "*.yaml")) {
            for (var file : list) {
                files.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return files;
    }
}
