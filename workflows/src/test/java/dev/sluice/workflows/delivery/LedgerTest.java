package dev.sluice.workflows.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.delivery.Backoff;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.delivery.Verdict;
import dev.sluice.workflows.Payloads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final long NOW = 1_000_000;
    private static final DeliveryPolicy POLICY = new DeliveryPolicy(
            2,
            Duration.ofSeconds(1),
            new Backoff(Backoff.Shape.EXPONENTIAL, Duration.ofMillis(100), Duration.ofSeconds(10)));

    private static final Subject SUBJECT = new Subject("ns", "sub", "uid", POLICY);
    private static final Subject WITH_SINK = new Subject("ns", "sub", "uid", POLICY, true);

    private final Ledger ledger = new Ledger(List.of());

    private static Undelivered event(String stamp, Tried... tried) {
        return new Undelivered(
                new Parcel(stamp, "type", "/source", "id-" + stamp, Map.of(), "Ym9keQ=="), List.of(tried));
    }

    private static Tried tried(int number, Verdict verdict) {
        return new Tried(number, NOW, verdict, verdict == Verdict.DELIVERED ? 200 : 500, "", 0);
    }

    private Timeline.Event only() {
        assertThat(ledger.timeline()).hasSize(1);
        return ledger.timeline().getFirst();
    }

    @Test
    void countsTheInlineAttempt() {
        ledger.add(event("a", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0);
        assertThat(only().attempts()).isEqualTo(1);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 100);
    }

    @Test
    void countsNothingForAWithheldEventAndDoesNotHurry() {
        ledger.add(event("a"), SUBJECT, NOW, 0);
        assertThat(only().attempts()).isZero();
        assertThat(ledger.due(NOW, 10, 1_000)).isEmpty();
        assertThat(ledger.due(NOW + 100, 10, 1_000)).hasSize(1);
    }

    @Test
    void ignoresAStampItHas() {
        assertThat(ledger.add(event("a", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0))
                .isTrue();
        assertThat(ledger.add(event("a"), SUBJECT, NOW, 0)).isFalse();
        assertThat(only().attempts()).isEqualTo(1);
    }

    @Test
    void beginsAnewWhatWasSettledBeforeItWasGivenAgainOnPurpose() {
        ledger.add(event("a", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);

        assertThat(ledger.add(event("a"), SUBJECT, NOW, 0)).isFalse();
        assertThat(ledger.add(event("a"), SUBJECT, NOW, NOW)).isFalse();
        assertThat(ledger.add(event("a", new Tried(1, NOW + 2, Verdict.RETRY, 503, "", 0)), SUBJECT, NOW, NOW + 1))
                .isTrue();

        assertThat(only().phase()).isEqualTo(Phase.WAITING);
        assertThat(only().attempts()).isEqualTo(2);
        ledger.tried("a", new Tried(2, NOW + 3, Verdict.DELIVERED, 200, "", 0), SUBJECT, NOW);
        assertThat(ledger.add(event("a"), SUBJECT, NOW, NOW + 1)).isFalse();
        assertThat(only().phase()).isEqualTo(Phase.DELIVERED);
    }

    @Test
    void waitsLongerEachTimeAndParksWhenTheRetriesAreUsedUp() {
        ledger.add(event("a", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0);
        ledger.tried("a", tried(2, Verdict.RETRY), SUBJECT, NOW);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 200);
        ledger.tried("a", tried(3, Verdict.RETRY), SUBJECT, NOW);
        assertThat(only().phase()).isEqualTo(Phase.PARKED);
        assertThat(only().attempts()).isEqualTo(3);
        assertThat(ledger.anyOpen()).isTrue();
    }

    @Test
    void tellsOnceWhichPhasesEventsHaveComeTo() {
        ledger.add(event("a", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);
        ledger.add(event("b", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0);
        ledger.tried("b", tried(2, Verdict.DELIVERED), SUBJECT, NOW);
        assertThat(ledger.takeEntered()).isEqualTo(Map.of(Phase.PARKED, 1, Phase.DELIVERED, 1));
        assertThat(ledger.takeEntered()).isEmpty();
        ledger.replay(List.of(), NOW);
        ledger.drop(List.of("a"));
        assertThat(ledger.takeEntered()).isEqualTo(Map.of(Phase.WAITING, 1, Phase.DROPPED, 1));
    }

    @Test
    void parksAtOnceWhatIsRejected() {
        ledger.add(event("a", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);
        assertThat(only().phase()).isEqualTo(Phase.PARKED);
    }

    @Test
    void givesAReplayedEventFreshRetriesAndGoesOnCounting() {
        ledger.add(event("a", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);
        assertThat(ledger.replay(List.of(), NOW)).isEqualTo(1);
        ledger.tried("a", tried(2, Verdict.RETRY), SUBJECT, NOW);
        ledger.tried("a", tried(3, Verdict.RETRY), SUBJECT, NOW);
        assertThat(only().phase()).isEqualTo(Phase.WAITING);
        ledger.tried("a", tried(4, Verdict.RETRY), SUBJECT, NOW);
        assertThat(only().phase()).isEqualTo(Phase.PARKED);
        assertThat(only().attempts()).isEqualTo(4);
    }

    @Test
    void respectsRetryAfterUpToTheCeiling() {
        ledger.add(event("a", new Tried(1, NOW, Verdict.RETRY, 503, "", 5_000)), SUBJECT, NOW, 0);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 5_000);
        ledger.tried("a", new Tried(2, NOW, Verdict.RETRY, 503, "", 3_600_000), SUBJECT, NOW);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 10_000);
    }

    @Test
    void dropsOnlyWhatIsOpenAndWithoutNamesOnlyWhatIsParked() {
        ledger.add(event("parked", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);
        ledger.add(event("waiting"), SUBJECT, NOW, 0);
        ledger.add(event("delivered", tried(1, Verdict.DELIVERED)), SUBJECT, NOW, 0);
        assertThat(ledger.drop(List.of())).isEqualTo(1);
        assertThat(ledger.drop(List.of("waiting", "delivered"))).isEqualTo(1);
        assertThat(ledger.timeline())
                .extracting(Timeline.Event::phase)
                .containsExactly(Phase.DROPPED, Phase.DROPPED, Phase.DELIVERED);
        assertThat(ledger.anyOpen()).isFalse();
    }

    @Test
    void keepsTheDataOfOpenEventsOnly() {
        ledger.add(event("a"), SUBJECT, NOW, 0);
        ledger.add(event("b", tried(1, Verdict.DELIVERED)), SUBJECT, NOW, 0);
        assertThat(ledger.items()).extracting(item -> item.parcel() != null).containsExactly(true, false);
    }

    @Test
    void boundsARoundByCountAndBytesButNeverToNothing() {
        for (int i = 0; i < 5; i++) {
            ledger.add(event("e" + i), SUBJECT, NOW - 1_000, 0);
        }
        assertThat(ledger.due(NOW, 3, 1_000)).hasSize(3);
        assertThat(ledger.due(NOW, 10, 17)).hasSize(2);
        assertThat(ledger.due(NOW, 10, 1)).hasSize(1);
    }

    @Test
    void keepsTheFirstAttemptAndTheNewest() {
        var patient = new DeliveryPolicy(1_000, POLICY.timeout(), POLICY.backoff());
        ledger.add(event("a"), new Subject("ns", "sub", "uid", patient), NOW, 0);
        for (int i = 1; i <= 50; i++) {
            ledger.tried("a", tried(i, Verdict.RETRY), new Subject("ns", "sub", "uid", patient), NOW);
        }
        assertThat(only().attempts()).isEqualTo(50);
        assertThat(only().tried()).hasSize(20);
        assertThat(only().tried().getFirst().number()).isEqualTo(1);
        assertThat(only().tried().getLast().number()).isEqualTo(50);
    }

    /** Temporal ends a workflow that goes on with more than 2 MiB, and then a hundred acknowledged events are lost. */
    @Test
    void isWrittenDownInLessThanAMebibyteHoweverOftenSubscribersAnswerAtLength() {
        var patient =
                new Subject("ns", "sub", "uid", new DeliveryPolicy(1_000, POLICY.timeout(), POLICY.backoff()), true);
        var headers = Map.of("ce-note", "\u00e9".repeat(200), "content-type", "text/plain");
        for (int i = 0; i < 100; i++) {
            var parcel = new Parcel("stamp-" + i, "type", "/source", "id-" + i, headers, "Ym9k".repeat(700));
            ledger.add(new Undelivered(parcel, List.of(told(1))), patient, NOW, 0);
        }
        for (int number = 2; number <= 31; number++) {
            for (int i = 0; i < 100; i++) {
                ledger.tried("stamp-" + i, told(number), patient, NOW);
            }
        }

        assertThat(bytes(new DeliveryState(patient, ledger.items()))).isLessThan(1 << 20);
        assertThat(bytes(new Timeline("ns", "sub", ledger.timeline()))).isLessThan(1 << 20);
        assertThat(ledger.timeline()).hasSize(100).allSatisfy(event -> {
            assertThat(event.attempts()).isEqualTo(31);
            assertThat(event.tried().getLast()).isEqualTo(told(31));
        });
        assertThat(new Ledger(ledger.items()).timeline()).isEqualTo(ledger.timeline());
    }

    private static Tried told(int number) {
        var url = "http://subscriber.ns.svc.cluster.local/" + "p".repeat(80);
        return new Tried(
                number, NOW + number, Verdict.RETRY, 503, url + " answered 503", 0, url, "b29w".repeat(256), 7);
    }

    private static int bytes(Object written) {
        return Payloads.converter().toPayload(written).orElseThrow().getSerializedSize();
    }

    @Test
    void keepsTheAnswerOfTheNewestAttemptOnly() {
        ledger.add(event("a", told(1)), SUBJECT, NOW, 0);
        ledger.tried("a", told(2), SUBJECT, NOW);
        assertThat(only().tried()).containsExactly(told(1).withoutAnswer(), told(2));
    }

    @Test
    void isTheSameAfterItWasWrittenDownAndReadAgain() {
        ledger.add(event("a", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0);
        ledger.add(event("b", tried(1, Verdict.REJECTED)), SUBJECT, NOW, 0);
        assertThat(new Ledger(ledger.items()).timeline()).isEqualTo(ledger.timeline());
    }

    @Test
    void triesTheDeadLetterSinkWithRetriesOfItsOwnAfterTheLastOneAtTheSubscriber() {
        ledger.add(event("a", tried(1, Verdict.RETRY)), WITH_SINK, NOW, 0);
        ledger.tried("a", tried(2, Verdict.RETRY), WITH_SINK, NOW);
        assertThat(ledger.items().getFirst().failure()).isNull();
        ledger.tried("a", new Tried(3, NOW, Verdict.RETRY, 503, "", 0, "http://down/", "Ym9keQ==", 1), WITH_SINK, NOW);

        assertThat(only().phase()).isEqualTo(Phase.WAITING);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW);
        assertThat(ledger.due(NOW, 10, 1_000).getFirst().failure())
                .isEqualTo(new Failure("http://down/", 503, "Ym9keQ=="));

        ledger.tried("a", tried(4, Verdict.RETRY), WITH_SINK, NOW);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 100);
        ledger.tried("a", tried(5, Verdict.DELIVERED), WITH_SINK, NOW);
        assertThat(only().phase()).isEqualTo(Phase.DEAD_LETTERED);
        assertThat(only().attempts()).isEqualTo(5);
        assertThat(ledger.anyOpen()).isFalse();
    }

    @Test
    void parksWhatTheDeadLetterSinkDoesNotTakeAndReplaysItToTheSubscriber() {
        ledger.add(event("a", tried(1, Verdict.REJECTED)), WITH_SINK, NOW, 0);
        assertThat(only().phase()).isEqualTo(Phase.WAITING);
        ledger.tried("a", tried(2, Verdict.REJECTED), WITH_SINK, NOW);
        assertThat(only().phase()).isEqualTo(Phase.PARKED);

        ledger.replay(List.of(), NOW);
        assertThat(ledger.due(NOW, 10, 1_000).getFirst().failure()).isNull();
        ledger.tried("a", tried(3, Verdict.DELIVERED), WITH_SINK, NOW);
        assertThat(only().phase()).isEqualTo(Phase.DELIVERED);
    }

    @Test
    void waitsWithoutUsingUpRetriesWhilePaused() {
        ledger.add(event("a", tried(1, Verdict.RETRY)), SUBJECT, NOW, 0);
        ledger.postpone(NOW + 60_000);
        assertThat(only().nextAttemptMillis()).isEqualTo(NOW + 60_000);
        assertThat(only().attempts()).isEqualTo(1);
        ledger.hurry(NOW + 1_000);
        assertThat(ledger.due(NOW + 1_000, 10, 1_000)).hasSize(1);
    }
}
