package dev.sluice.protos;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** With {@code -Dupdate.golden} the page is written anew instead, for review. */
class ReferencePageTest {
    private static final Path PAGE = Path.of("..", "docs", "grpc.md");

    @Test
    void pageSaysWhatTheProtosSay() throws IOException {
        var page = ReferencePage.of(protos());
        if (System.getProperty("update.golden") != null) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }

    @Test
    void everyCallSaysWhatItDoesAndNeeds() throws IOException {
        assertThat(ReferencePage.of(protos()).lines().filter(line -> line.startsWith("| `") && line.endsWith("|  |")))
                .filteredOn(line -> line.chars().filter(c -> c == '|').count() == 5)
                .isEmpty();
    }

    private static FileDescriptorSet protos() throws IOException {
        try (var in = Objects.requireNonNull(ReferencePageTest.class.getResourceAsStream("/sluice/v1/api.protoset"))) {
            return FileDescriptorSet.parseFrom(in);
        }
    }
}
