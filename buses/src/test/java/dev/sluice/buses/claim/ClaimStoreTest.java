package dev.sluice.buses.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimStoreTest {
    private static final ChannelId CHANNEL = new ChannelId("default", "aloha");

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private ClaimStore store;

    @BeforeEach
    void open() {
        store = ClaimStore.open(folder, new ClaimLimits(10, 1_000, 0), new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        });
    }

    private static EventMessage event(int bytes) {
        return new EventMessage(Map.of("ce-id", "e"), new byte[bytes], "t", "/s", "e");
    }

    private String stored(int bytes, String... holders) {
        return store.store(CHANNEL, event(bytes), List.of(holders)).orElseThrow();
    }

    private String published(int bytes, Duration keep, String... holders) {
        var claim = stored(bytes, holders);
        store.published(claim, List.of(holders), keep);
        store.decided(claim);
        return claim;
    }

    private ClaimStore.Found take(String claim, String uid) {
        return store.take(ClaimCheck.of(event(100), claim), CHANNEL, uid);
    }

    private Note.Phase phase(String claim) {
        return Objects.requireNonNull(store.notes().get(claim)).phase();
    }

    private void sweep(ClaimStore.Held... ended) {
        store.sweep(() -> Set.of("one", "two"), Set.of(ended));
    }

    @Test
    void whatABusMayGiveAgainOnRequestIsKeptUntilItDoesNotAnyMoreOrRoomIsNeeded() {
        var first = published(400, Duration.ofHours(2), "one");
        var second = published(400, Duration.ofHours(2), "one");
        store.acknowledged(first, "one");
        store.acknowledged(second, "one");
        open();
        assertThat(store.bytes()).isEqualTo(800);
        assertThat(take(second, "one")).isInstanceOf(ClaimStore.Found.Whole.class); // and is needed again

        published(400, Duration.ZERO, "one");
        assertThat(take(first, "one")).as("it was the oldest").isInstanceOf(ClaimStore.Found.Settled.class);
        assertThat(store.store(CHANNEL, event(400), List.of("one")))
                .as("all that is there is needed")
                .isEmpty();

        store.acknowledged(second, "one");
        now = now.plus(Duration.ofHours(1));
        sweep();
        assertThat(store.bytes()).isEqualTo(800);
        now = now.plus(Duration.ofHours(1));
        sweep();
        assertThat(store.bytes()).isEqualTo(400);
    }

    @Test
    void oneThatBeganToTakeWhileItWasPublishedIsNotForgotten() {
        var claim = stored(100, "one");
        assertThat(take(claim, "two")).isInstanceOf(ClaimStore.Found.Whole.class);
        store.acknowledged(claim, "two");
        store.acknowledged(claim, "one");
        assertThat(store.bytes()).as("who else has it is not known yet").isEqualTo(100);
        store.published(claim, List.of("one", "two", "three"), Duration.ZERO);
        assertThat(store.bytes()).isEqualTo(100);
        store.acknowledged(claim, "three");
        assertThat(store.bytes()).isZero();
    }

    @Test
    void whatNobodyWasToldWasAcceptedIsSweptAfterAnHourUnlessItComes() {
        var comes = stored(100, "one");
        var doesNot = stored(100, "one");
        var decidesLater = stored(100, "one");
        store.decided(comes);
        store.decided(doesNot);
        now = now.plus(Duration.ofMinutes(59));
        sweep();
        assertThat(store.bytes()).isEqualTo(300);
        assertThat(take(comes, "one")).isInstanceOf(ClaimStore.Found.Whole.class);

        now = now.plus(Duration.ofMinutes(2));
        sweep();

        assertThat(phase(comes)).isEqualTo(Note.Phase.PUBLISHED);
        assertThat(phase(doesNot)).isEqualTo(Note.Phase.GONE);
        assertThat(phase(decidesLater)).isEqualTo(Note.Phase.STORED);
        open(); // as after a kill: nobody publishes it any more
        sweep();
        assertThat(phase(decidesLater)).isEqualTo(Note.Phase.GONE);
        assertThat(store.bytes()).isEqualTo(100);
    }

    @Test
    void whatIsHeldForSubscriptionsThatAreNotThereIsSweptAndLaterThatItWasThereToo() throws IOException {
        published(100, Duration.ZERO, "deleted while nobody ran", "one");
        var gone = published(100, Duration.ZERO, "deleted while nobody ran");
        sweep();
        assertThat(store.bytes()).isEqualTo(100);
        assertThat(take(gone, "one")).isInstanceOf(ClaimStore.Found.Settled.class);

        now = now.plus(Duration.ofDays(8));
        sweep();

        assertThat(take(gone, "one")).isInstanceOf(ClaimStore.Found.Missing.class);
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void whatAWorkflowThatHasEndedHeldIsSweptTheSecondTime() {
        var claim = published(100, Duration.ZERO, "one");
        store.handedOver(claim, "one", "batch");
        store.acknowledged(claim, "one");
        var held = new ClaimStore.Held(claim, "one", "batch");
        assertThat(store.heldByWorkflows()).containsExactly(held);

        sweep(held);
        assertThat(store.bytes()).as("it may be just about to begin").isEqualTo(100);
        sweep();
        sweep(held);
        assertThat(store.bytes()).isEqualTo(100);
        sweep(held);
        assertThat(store.bytes()).isZero();
    }

    @Test
    void whatIsStillBeingHandedOverIsNotSwept() {
        var claim = published(100, Duration.ZERO, "one");
        store.handedOver(claim, "one", "batch");
        var held = new ClaimStore.Held(claim, "one", "batch");

        for (int i = 0; i < 3; i++) {
            sweep(held);
            store.handedOver(claim, "one", "batch"); // Temporal is away, and it is tried again
        }

        assertThat(store.bytes()).isEqualTo(100);
        sweep(held);
        sweep(held);
        assertThat(store.bytes()).isZero();
    }

    @Test
    void makesRoomOfWhatItsBusHasDroppedBeforeEverybodyTookIt() {
        var dropped = published(400, Duration.ofHours(2), "one");
        var workflows = published(100, Duration.ofHours(2), "one");
        store.handedOver(workflows, "one", "batch");
        var inHand = published(100, Duration.ofHours(2), "one");
        assertThat(take(inHand, "one")).isInstanceOf(ClaimStore.Found.Whole.class);
        var keptForEver = published(100, Duration.ZERO, "one");
        now = now.plus(Duration.ofHours(1));
        assertThat(store.store(CHANNEL, event(500), List.of("one"))).isEmpty();

        now = now.plus(Duration.ofHours(2));
        assertThat(store.store(CHANNEL, event(500), List.of("one"))).isPresent();

        assertThat(take(dropped, "one")).isInstanceOf(ClaimStore.Found.Missing.class);
        assertThat(List.of(phase(workflows), phase(inHand), phase(keptForEver))).containsOnly(Note.Phase.PUBLISHED);
        assertThat(store.bytes()).isEqualTo(800);
    }

    /** Kafka drops segments, which may be a week old by then. */
    @Test
    void sweepsWhatItsBusHasDroppedBeforeEverybodyTookIt() {
        var dropped = published(100, Duration.ofHours(2), "one");
        var inHand = published(100, Duration.ofHours(2), "one");
        now = now.plus(Duration.ofDays(7));
        assertThat(take(inHand, "one")).isInstanceOf(ClaimStore.Found.Whole.class);
        sweep();
        assertThat(store.bytes()).isEqualTo(200);

        now = now.plus(Duration.ofHours(3));
        sweep();
        assertThat(take(dropped, "one")).isInstanceOf(ClaimStore.Found.Missing.class);
        assertThat(store.bytes()).isEqualTo(100);

        store.acknowledged(inHand, "one");
        assertThat(store.bytes()).isZero();
    }

    @Test
    void clearsAwayWhatAKillHasLeftOfAWrite() throws IOException {
        var whole = published(100, Duration.ZERO, "one");
        Files.write(folder.resolve("00.body"), new byte[50]);
        Files.write(folder.resolve("01.body.new"), new byte[50]);
        Files.write(folder.resolve("01.note.new"), new byte[50]);

        open();

        assertThat(store.bytes()).isEqualTo(100);
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(whole + ".body", whole + ".note");
        }
    }

    @Test
    void aWriteThatFailsTakesNoRoom() throws IOException {
        try (var files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
        Files.delete(folder);
        assertThatThrownBy(() -> stored(100, "one"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("keeping a big event");
        Files.createDirectory(folder);
        assertThat(store.bytes()).isZero();
        assertThat(store.notes()).isEmpty();
    }
}
