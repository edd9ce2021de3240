package dev.sluice.buses.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.eventing.TriggerFilters;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.codec.Attributes;
import dev.sluice.cesql.Cesql;
import dev.sluice.model.filter.Filter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which events a subscription wants, its filters being compiled once. */
final class Wanted {
    private static final Logger LOG = LoggerFactory.getLogger(Wanted.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** What cannot be understood wants nothing: its events must not reach a subscriber that did not ask for them. */
    private static final Filter NOTHING = new Filter.Not(Filter.EVERYTHING);

    private final Filter filter;
    private final boolean everything;
    private final SubscriptionSettings settings;
    private final Runnable failed;
    private final AtomicBoolean said = new AtomicBoolean();

    Wanted(Filter filter, SubscriptionSettings settings, Runnable failed) {
        this.filter = filter;
        this.everything = filter.equals(Filter.EVERYTHING);
        this.settings = settings;
        this.failed = failed;
    }

    /** @param failed told of each event that the filters fail at */
    static Wanted by(SubscriptionSettings settings, Runnable failed) {
        var text = settings.terms().filters();
        if (text == null) {
            return new Wanted(Filter.EVERYTHING, settings, failed);
        }
        try {
            return new Wanted(TriggerFilters.of(JSON.readTree(text), Cesql::parse), settings, failed);
        } catch (JsonProcessingException | RuntimeException | StackOverflowError e) { // admission looks at them before
            LOG.atError()
                    .addKeyValue("namespace", settings.namespace())
                    .addKeyValue("subscription", settings.name())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("filters that cannot be understood: no event passes them");
            return new Wanted(NOTHING, settings, failed);
        }
    }

    /** What the filters fail at, in a way that their language does not know, is not wanted, whatever they would make of a failure. */
    boolean wants(EventMessage event) {
        try {
            return everything || filter.matches(Attributes.of(event.reference()));
        } catch (RuntimeException | StackOverflowError e) {
            failed.run();
            if (said.compareAndSet(false, true)) {
                LOG.atError()
                        .addKeyValue("namespace", settings.namespace())
                        .addKeyValue("subscription", settings.name())
                        .addKeyValue("event", event.id())
                        .addKeyValue("cause", String.valueOf(e))
                        .log("filters that fail: events they fail at do not pass; this is said once until they change");
            }
            return false;
        }
    }
}
