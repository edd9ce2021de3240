package dev.sluice.app.grpc;

import java.time.Instant;
import java.util.Optional;

/** Gives a subscription again what its channel took since a time. */
@FunctionalInterface
public interface Rewind {
    /**
     * @param subscription uid of the Trigger or Subscription
     * @return what keeps it from doing so
     */
    Optional<String> replay(String subscription, Instant since);
}
