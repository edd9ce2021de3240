package dev.sluice.model.filter;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of one event, extensions included, by their names of CloudEvents 1.0 and as text. */
public interface EventAttributes {
    /** Null when the event does not have it. */
    @Nullable
    String get(String name);

    /** Of all that it has. */
    Set<String> names();
}
