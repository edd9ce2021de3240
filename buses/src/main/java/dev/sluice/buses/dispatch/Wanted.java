package dev.sluice.buses.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.eventing.TriggerFilters;
import dev.sluice.buses.bus.EventMessage;
import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.codec.Attributes;
import dev.sluice.cesql.Cesql;
import dev.sluice.model.filter.Filter;
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

    private Wanted(Filter filter) {
        this.filter = filter;
        this.everything = filter.equals(Filter.EVERYTHING);
    }

    static Wanted by(SubscriptionSettings settings) {
        var text = settings.terms().filters();
        if (text == null) {
            return new Wanted(Filter.EVERYTHING);
        }
        try {
            return new Wanted(TriggerFilters.of(JSON.readTree(text), Cesql::parse));
        } catch (JsonProcessingException | IllegalArgumentException e) { // admission looks at them before
            LOG.atError()
                    .addKeyValue("namespace", settings.namespace())
                    .addKeyValue("subscription", settings.name())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("filters that cannot be understood: no event passes them");
            return new Wanted(NOTHING);
        }
    }

    boolean wants(EventMessage event) {
        return everything || filter.matches(Attributes.of(event.reference()));
    }
}
