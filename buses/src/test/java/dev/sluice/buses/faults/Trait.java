package dev.sluice.buses.faults;

import dev.sluice.buses.bus.Terms;
import java.net.URI;
import java.time.Duration;

/** What the subscription of a run asks for, and what its events are like. */
enum Trait {
    PLAIN {
        @Override
        Terms terms(URI sink) {
            return Terms.NONE;
        }
    },
    DEAD_LETTERS {
        @Override
        Terms terms(URI sink) {
            return Terms.NONE.withDeadLetterSink(sink);
        }
    },
    ORDERED {
        @Override
        Terms terms(URI sink) {
            return Terms.NONE.withOrder(true);
        }
    },
    /** Each event is sent twice. */
    DEDUPLICATED {
        @Override
        Terms terms(URI sink) {
            return Terms.NONE.withDeduplication(Duration.ofHours(1));
        }
    },
    /** One of ten events is kept aside, and the bus carries a claim. */
    BIG {
        @Override
        Terms terms(URI sink) {
            return Terms.NONE;
        }
    };

    private static final int INLINE = 16;
    private static final int KEPT_ASIDE = 300 << 10;

    abstract Terms terms(URI sink);

    /** Of the body. */
    int bytes(int event) {
        return this == BIG && event % 10 == 0 ? KEPT_ASIDE : INLINE;
    }

    int times() {
        return this == DEDUPLICATED ? 2 : 1;
    }
}
