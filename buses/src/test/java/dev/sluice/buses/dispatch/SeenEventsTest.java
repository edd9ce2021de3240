package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.EventMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeenEventsTest {
    private static final long WINDOW = Duration.ofMinutes(10).toMillis();

    @TempDir
    Path folder;

    private final Hands clock = new Hands();

    private static final class Hands extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    private record Given(String source, String id, String stamp) implements Bus.Delivery {
        @Override
        public EventMessage event() {
            return new EventMessage(Map.of(), new byte[0], "t", source, id);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            return CompletableFuture.completedFuture(null);
        }
    }

    private SeenEvents open() {
        return new SeenEvents(folder, "default/one", clock);
    }

    @Test
    void anotherEventOfTheSameSourceAndIdIsADuplicateAndARedeliveryIsNot() {
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW)).isFalse();
            assertThat(seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW)).isFalse();
            assertThat(seen.isDuplicate(new Given("/a", "1", "s2"), WINDOW)).isTrue();
            assertThat(seen.isDuplicate(new Given("/b", "1", "s3"), WINDOW)).isFalse();
            assertThat(seen.isDuplicate(new Given("/a", "2", "s4"), WINDOW)).isFalse();
        }
    }

    @Test
    void theWindowEnds() {
        try (var seen = open()) {
            seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW);
            clock.pass(Duration.ofMinutes(10));
            assertThat(seen.isDuplicate(new Given("/a", "1", "s2"), WINDOW)).isTrue();
            clock.pass(Duration.ofMillis(1));
            assertThat(seen.isDuplicate(new Given("/a", "1", "s3"), WINDOW)).isFalse();
        }
    }

    @Test
    void aRestartRemembersTheWholeWindowHoweverOftenTheFileWasChanged() {
        try (var seen = open()) {
            for (int i = 0; i < 40; i++) { // 40 minutes: the files change several times
                seen.isDuplicate(new Given("/a", "e" + i, "s" + i), WINDOW);
                clock.pass(Duration.ofMinutes(1));
            }
        }
        try (var seen = open()) {
            for (int i = 30; i < 40; i++) {
                assertThat(seen.isDuplicate(new Given("/a", "e" + i, "again"), WINDOW))
                        .as("e" + i)
                        .isTrue();
            }
            assertThat(seen.isDuplicate(new Given("/a", "e29", "again"), WINDOW))
                    .isFalse();
        }
    }

    @Test
    void whatAKillHasTornCostsOneRecordAndNoMore() throws IOException {
        try (var seen = open()) {
            seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW);
        }
        try (var files = Files.list(folder)) {
            Files.write(files.findFirst().orElseThrow(), new byte[] {0, 0, 1}, StandardOpenOption.APPEND);
        }
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "1", "again"), WINDOW)).isTrue();
            seen.isDuplicate(new Given("/a", "2", "s2"), WINDOW);
        }
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "2", "again"), WINDOW)).isTrue();
        }
    }

    @Test
    void theWindowEndsAlsoBehindAnEventThatCameAgainBeforeARestart() {
        try (var seen = open()) {
            seen.isDuplicate(new Given("/a", "x", "x1"), WINDOW);
            clock.pass(Duration.ofMinutes(1));
            seen.isDuplicate(new Given("/a", "y", "y1"), WINDOW);
            clock.pass(Duration.ofMinutes(9).plusSeconds(1));
            seen.isDuplicate(new Given("/a", "z", "z1"), WINDOW); // the files change
            clock.pass(Duration.ofSeconds(1));
            assertThat(seen.isDuplicate(new Given("/a", "x", "x2"), WINDOW)).isFalse();
        }
        clock.pass(Duration.ofMinutes(5));
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "y", "y2"), WINDOW)).isFalse();
            assertThat(seen.isDuplicate(new Given("/a", "x", "x3"), WINDOW)).isTrue();
        }
    }

    @Test
    void whatAKillLeftOfAFileIsGoneAfterTheNextStart() throws IOException {
        try (var seen = open()) {
            seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW);
        }
        Files.writeString(folder.resolve("default%2Fone.seen.new"), "half of it");
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "1", "s2"), WINDOW)).isTrue();
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("default%2Fone.seen"));
        }
    }

    @Test
    void aWriteThatFailsLeavesNothingKeepsNothingBackAndIsTriedAgain() throws IOException {
        var inTheWay = folder.resolve("default%2Fone.seen/in the way");
        Files.createDirectories(inTheWay);
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW)).isFalse();
            assertThat(seen.isDuplicate(new Given("/a", "1", "s2"), WINDOW)).isTrue();
            try (var files = Files.list(folder)) {
                assertThat(files).containsExactly(inTheWay.getParent());
            }
            Files.delete(inTheWay);
            Files.delete(inTheWay.getParent());
            clock.pass(Duration.ofMinutes(1));
            assertThat(seen.isDuplicate(new Given("/a", "2", "s3"), WINDOW)).isFalse();
        }
        try (var seen = open()) {
            assertThat(seen.isDuplicate(new Given("/a", "1", "again"), WINDOW)).isTrue();
            assertThat(seen.isDuplicate(new Given("/a", "2", "again"), WINDOW)).isTrue();
        }
    }

    @Test
    void remembersSoManyAndForgetsTheOldestFirst() {
        try (var seen = open()) {
            for (int i = 0; i <= SeenEvents.MOST; i++) {
                seen.isDuplicate(new Given("/a", "e" + i, "s" + i), WINDOW);
            }
            assertThat(seen.isDuplicate(new Given("/a", "e2", "again"), WINDOW)).isTrue();
            assertThat(seen.isDuplicate(new Given("/a", "e0", "again"), WINDOW)).isFalse();
        }
    }

    @Test
    void nothingStaysOfAWindowThatIsTakenOff() throws IOException {
        try (var seen = open()) {
            seen.isDuplicate(new Given("/a", "1", "s1"), WINDOW);
            assertThat(seen.isDuplicate(new Given("/a", "1", "s2"), 0)).isFalse();
        }
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }
}
