package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.dispatch.Lanes.Entry;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LanesTest {
    private final AtomicInteger left = new AtomicInteger();
    private final Lanes lanes = new Lanes(left::incrementAndGet);

    private record Given(String stamp, AtomicBoolean begunAnew) implements Bus.Delivery {
        Given(String stamp) {
            this(stamp, NEVER);
        }

        private static final AtomicBoolean NEVER = new AtomicBoolean();

        @Override
        public boolean isStale() {
            return begunAnew.get();
        }

        @Override
        public EventMessage event() {
            return new EventMessage(Map.of(), new byte[0], "t", "/s", stamp);
        }

        @Override
        public CompletableFuture<Void> acknowledge() {
            return CompletableFuture.completedFuture(null);
        }
    }

    @Test
    void oneOfEachKeyIsUnderWayAndTheOthersFollowInTheirOrder() {
        assertThat(lanes.enter("a", new Given("1"))).isEqualTo(Entry.UNDER_WAY);
        assertThat(lanes.enter("b", new Given("2"))).isEqualTo(Entry.UNDER_WAY);
        assertThat(lanes.enter("a", new Given("3"))).isEqualTo(Entry.WAITS);
        assertThat(lanes.enter("a", new Given("4"))).isEqualTo(Entry.WAITS);

        assertThat(lanes.advance("b").next()).isEmpty();
        assertThat(lanes.advance("a").next()).contains(new Given("3"));
        assertThat(lanes.enter("a", new Given("5"))).isEqualTo(Entry.WAITS);
        assertThat(lanes.advance("a").next()).contains(new Given("4"));
        assertThat(lanes.advance("a").next()).contains(new Given("5"));
        assertThat(lanes.advance("a").next()).isEmpty();
        assertThat(lanes.enter("a", new Given("6"))).isEqualTo(Entry.UNDER_WAY);
    }

    @Test
    void whatWaitsFromBeforeARewindMakesRoomForThePast() {
        var rewound = new AtomicBoolean();
        for (int i = 4; i <= 6; i++) {
            lanes.enter("a", new Given("" + i, rewound));
        }
        rewound.set(true);
        assertThat(lanes.enter("a", new Given("7", rewound))).isEqualTo(Entry.STALE);
        for (int i = 1; i <= 5; i++) {
            lanes.enter("a", new Given("" + i));
        }

        assertThat(left).hasValue(2);
        for (var next : new String[] {"1", "2", "3", "5"}) { // 4 is under way, and is not given twice
            assertThat(lanes.advance("a").next()).contains(new Given(next));
        }
        assertThat(lanes.advance("a").next()).isEmpty();
    }

    @Test
    void aKeyWithNothingThatIsNotStaleBeginsAnew() {
        var rewound = new AtomicBoolean();
        lanes.enter("a", new Given("1", rewound));
        lanes.enter("a", new Given("2", rewound));
        rewound.set(true);
        assertThat(lanes.advance("a").next()).isEmpty();
        assertThat(lanes.enter("a", new Given("1"))).isEqualTo(Entry.UNDER_WAY);
    }

    @Test
    void whatTheBusGivesAgainKeepsItsPlaceAndIsAcknowledgedAsItCameLast() {
        var again = new Given[] {new Given("1"), new Given("2")};
        lanes.enter("a", new Given("1"));
        lanes.enter("a", new Given("2"));
        lanes.enter("a", new Given("3"));

        assertThat(lanes.enter("a", again[0])).isEqualTo(Entry.KNOWN);
        assertThat(lanes.enter("a", again[1])).isEqualTo(Entry.KNOWN);

        var first = lanes.advance("a");
        assertThat(first.done()).isSameAs(again[0]);
        assertThat(first.next().orElseThrow()).isSameAs(again[1]);
        assertThat(lanes.advance("a").next()).contains(new Given("3"));
    }
}
