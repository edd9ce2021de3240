package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
    @Test
    void closesTheLastMadeFirstOnceAndGoesOnBehindOneThatFails() {
        var closed = new ArrayList<String>();
        var parts = new Parts();
        for (var name : List.of("events", "workers", "operator")) {
            parts.add(name, () -> {
                closed.add(name);
                if (name.equals("workers")) {
                    throw new IllegalStateException("it does not stop");
                }
            });
        }
        parts.close();
        parts.close();
        assertThat(closed).containsExactly("operator", "workers", "events");
    }
}
