package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.gateway.balance.RevisionGate.Entry;
import dev.sluice.gateway.balance.Ticket.Place;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RevisionGateTest {
    private static final List<State> STATES = List.of(State.values());
    private static final long SECOND = 1_000_000_000L;

    private long now;
    private int wakes;
    private int activations;

    private final RevisionGate gate = new RevisionGate(
            new RevisionId("ns", "rev"),
            new RevisionGate.Listener() {
                @Override
                public void wake(RevisionGate gate) {
                    wakes++;
                }

                @Override
                public void opened(RevisionGate gate, String podUid) {
                    throw new AssertionError("nothing is probed here");
                }

                @Override
                public void active(RevisionGate gate) {
                    activations++;
                }
            },
            () -> now);

    private static RevisionSettings settings(int concurrency, int depth) {
        return new RevisionSettings(
                concurrency, Duration.ofMinutes(5), null, null, depth, new RevisionSettings.Probe.None(), false);
    }

    /** Pods and other gateways' requests may be told of before the table that has the limit. */
    @Test
    void lendsNothingBeforeItKnowsTheLimit() {
        var granted = new ArrayList<String>();
        gate.pods(List.of(pod(1, State.READY)));
        for (int i = 0; i < 2; i++) {
            var ticket = new Ticket();
            ticket.lendTo("other", granted::add);
            gate.borrow(ticket);
        }
        assertThat(granted).isEmpty();
        gate.configure(settings(1, 10));
        assertThat(granted).containsExactly("u1");
    }

    private static PodEndpoint pod(int i, State state) {
        return new PodEndpoint("u" + i, "p" + i, "127.0.0.1", 1, state, 0);
    }

    static LongStream seeds() {
        return new Random(42).longs(200);
    }

    /** Random operations; after each one nobody waits while a place is free, no pod has too many, the order is kept. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void keepsItsLawsUnderAnyOrderOfEvents(long seed) {
        var random = new Random(seed);
        int limit = random.nextInt(5);
        int depth = 1 + random.nextInt(20);
        gate.configure(settings(limit, depth));
        var queued = new ArrayDeque<Ticket>();
        var atPods = new ArrayList<Ticket>();
        Map<Integer, State> states = new HashMap<>();
        var cordoned = new java.util.HashSet<Integer>();
        for (int step = 0; step < 400; step++) {
            now += random.nextInt(1000);
            int i = random.nextInt(4);
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    var ticket = new Ticket();
                    switch (gate.enter(ticket)) {
                        case AT_POD -> atPods.add(ticket);
                        case QUEUED -> queued.add(ticket);
                        case OVERFLOW -> assertThat(queued).hasSize(depth);
                    }
                }
                case 3, 4 -> {
                    if (!atPods.isEmpty()) {
                        gate.leave(atPods.remove(random.nextInt(atPods.size())), 200, 1);
                    }
                }
                case 5 -> {
                    if (!queued.isEmpty()) {
                        var ticket = queued.stream()
                                .skip(random.nextInt(queued.size()))
                                .findFirst()
                                .orElseThrow();
                        gate.cancel(ticket);
                        queued.remove(ticket);
                        assertThat(ticket.place()).isEqualTo(Place.CANCELLED);
                    }
                }
                case 6 -> {
                    if (random.nextInt(4) == 0) {
                        states.remove(i);
                        cordoned.remove(i);
                    } else {
                        states.put(i, STATES.get(random.nextInt(STATES.size())));
                    }
                    gate.pods(states.entrySet().stream()
                            .map(entry -> pod(entry.getKey(), entry.getValue()))
                            .toList());
                }
                default -> {
                    boolean on = random.nextBoolean();
                    if (states.containsKey(i)) {
                        gate.cordon(Set.of("u" + i), on);
                        if (on) {
                            cordoned.add(i);
                        } else {
                            cordoned.remove(i);
                        }
                    }
                }
            }
            // whoever was let through stood at the head of the line
            while (!queued.isEmpty() && queued.peek().place() == Place.AT_POD) {
                atPods.add(queued.poll());
            }
            assertThat(queued).allMatch(ticket -> ticket.place() == Place.QUEUED);
            assertThat(atPods).allMatch(ticket -> ticket.place() == Place.AT_POD);
            var snapshot = gate.snapshot();
            assertThat(snapshot.queued()).isEqualTo(queued.size());
            assertThat(snapshot.inFlight()).isEqualTo(atPods.size());
            var load = new HashMap<String, Integer>();
            atPods.forEach(ticket -> load.merge(ticket.pod().uid(), 1, Integer::sum));
            if (limit > 0) {
                assertThat(load.values()).allMatch(count -> count <= limit);
            }
            boolean room = states.entrySet().stream()
                    .filter(entry -> entry.getValue() == State.READY && !cordoned.contains(entry.getKey()))
                    .anyMatch(entry ->
                            limit == 0 || Objects.requireNonNullElse(load.get("u" + entry.getKey()), 0) < limit);
            assertThat(room && !queued.isEmpty())
                    .as("waits beside a free place")
                    .isFalse();
        }
        gate.close();
    }

    @Test
    void asksForAPodOncePerTransitionAndAgainEachTick() {
        gate.configure(settings(0, 10));
        gate.enter(new Ticket());
        gate.enter(new Ticket());
        assertThat(wakes).isEqualTo(1);
        gate.tick(0, SECOND);
        assertThat(wakes).isEqualTo(2);
        gate.pods(List.of(pod(1, State.READY)));
        gate.tick(SECOND, 2 * SECOND);
        gate.pods(List.of());
        assertThat(wakes).isEqualTo(2);
        gate.enter(new Ticket());
        assertThat(wakes).isEqualTo(3);
    }

    @Test
    void doesNotAskForAPodWhenOnlyItsPlacesAreTaken() {
        gate.configure(settings(1, 10));
        gate.pods(List.of(pod(1, State.READY)));
        assertThat(gate.enter(new Ticket())).isEqualTo(Entry.AT_POD);
        assertThat(gate.enter(new Ticket())).isEqualTo(Entry.QUEUED);
        gate.tick(0, SECOND);
        assertThat(wakes).isZero();
    }

    @Test
    void aRefusedRequestStaysAtTheHeadOfTheLine() {
        gate.configure(settings(1, 10));
        gate.pods(List.of(pod(1, State.READY)));
        var first = new Ticket();
        var second = new Ticket();
        gate.enter(first);
        gate.enter(second);
        assertThat(gate.refused(first)).isEqualTo(Entry.QUEUED);
        gate.pods(List.of(pod(1, State.READY), pod(2, State.READY)));
        assertThat(first.place()).isEqualTo(Place.AT_POD);
        assertThat(first.pod().uid()).isEqualTo("u2");
        assertThat(second.place()).isEqualTo(Place.QUEUED);
        gate.close();
    }

    @Test
    void weighsConcurrencyByTimeAndCountsTheQueue() {
        gate.configure(settings(1, 10));
        gate.pods(List.of(pod(1, State.READY)));
        var first = new Ticket();
        gate.enter(first);
        now = SECOND / 2;
        gate.enter(new Ticket());
        now = SECOND * 3 / 4;
        gate.leave(first, 500, 7_000_000);
        var stat = gate.tick(0, SECOND);
        assertThat(stat).isNotNull();
        assertThat(stat.averageConcurrency()).isEqualTo(0.5 + 0.25 * 2 + 0.25);
        assertThat(stat.requests()).isEqualTo(2);
        assertThat(stat.failed5xx()).isEqualTo(1);
        assertThat(stat.latencyMillisP95()).isBetween(7.0, 9.0);
        assertThat(activations).isEqualTo(1);
    }

    @Test
    void fallsSilentWhenNothingHappens() {
        gate.configure(settings(0, 10));
        gate.pods(List.of(pod(1, State.READY)));
        var ticket = new Ticket();
        gate.enter(ticket);
        gate.leave(ticket, 200, 1);
        now = SECOND;
        assertThat(gate.tick(0, SECOND)).isNotNull();
        now = 2 * SECOND;
        assertThat(gate.tick(SECOND, 2 * SECOND)).isNull();
        gate.enter(ticket);
        assertThat(activations).isEqualTo(2);
    }

    @Test
    void aMoreGenerousLimitLetsTheWaitingThrough() {
        gate.configure(settings(1, 10));
        gate.pods(List.of(pod(1, State.READY)));
        gate.enter(new Ticket());
        var waiting = new Ticket();
        gate.enter(waiting);
        gate.configure(settings(2, 10));
        assertThat(waiting.place()).isEqualTo(Place.AT_POD);
    }
}
