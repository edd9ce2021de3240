package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewindsTest {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    Path folder;

    @Test
    void remembersOverARestart() {
        new Rewinds(folder).remember("default/one", WHEN);
        assertThat(new Rewinds(folder).last("default/one")).isEqualTo(WHEN);
        assertThat(new Rewinds(folder).last("another")).isEqualTo(Rewinds.NEVER);
    }

    @Test
    void noFileStaysOfAWriteThatFailedOrWasCutShort() throws IOException {
        Files.createDirectories(folder.resolve("one.rewound/in the way"));
        var rewinds = new Rewinds(folder);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> rewinds.remember("one", WHEN)).isInstanceOf(UncheckedIOException.class);
        }
        Files.writeString(folder.resolve("two.rewound.new"), "half");
        rewinds.remember("two", WHEN);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(folder.resolve("one.rewound"), folder.resolve("two.rewound"));
        }
    }

    @Test
    void forgetsWhatItIsToldOf() throws IOException {
        var rewinds = new Rewinds(folder);
        rewinds.remember("one", WHEN);
        rewinds.remember("one", Rewinds.NEVER);
        assertThat(rewinds.last("one")).isEqualTo(Rewinds.NEVER);
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
