package dev.sluice.buses.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.model.delivery.DeliveryPolicy;
import dev.sluice.model.filter.Filter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WantedTest {
    private static final SubscriptionSettings SETTINGS = new SubscriptionSettings(
            "one",
            "default",
            "one",
            new ChannelId("default", "c"),
            URI.create("http://localhost/"),
            null,
            DeliveryPolicy.DEFAULT);
    private static final EventMessage EVENT = new EventMessage(Map.of("ce-type", "t"), new byte[0], "t", "/s", "1");

    private final AtomicInteger failures = new AtomicInteger();

    private Wanted wanted(Filter filter) {
        return new Wanted(filter, SETTINGS, failures::incrementAndGet);
    }

    private static Filter failing(Throwable with) {
        return new Filter.Expression("fails", _ -> {
            if (with instanceof RuntimeException e) {
                throw e;
            }
            throw (Error) with;
        });
    }

    static List<Throwable> errors() {
        return List.of(new IllegalStateException("broken"), new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("errors")
    void whatAFilterFailsAtIsNotWantedAndCounted(Throwable error) {
        assertThat(wanted(failing(error)).wants(EVENT)).isFalse();
        assertThat(failures).hasValue(1);
    }

    /** A filter that fails says nothing, so its opposite does not either. */
    @Test
    void norIsItByTheOppositeOfAFilterThatFails() {
        assertThat(wanted(new Filter.Not(failing(new IllegalStateException("broken"))))
                        .wants(EVENT))
                .isFalse();
    }

    @Test
    void whatAFilterDoesNotWantIsNoFailure() {
        assertThat(wanted(new Filter.Exact(Map.of("type", "u"))).wants(EVENT)).isFalse();
        assertThat(wanted(new Filter.Exact(Map.of("type", "t"))).wants(EVENT)).isTrue();
        assertThat(failures).hasValue(0);
    }
}
