package dev.sluice.app.grpc;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/** Points in time as protobuf has them. */
final class Times {
    static Timestamp of(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    static Timestamp ofMillis(long millis) {
        return of(Instant.ofEpochMilli(millis));
    }

    private Times() {}
}
