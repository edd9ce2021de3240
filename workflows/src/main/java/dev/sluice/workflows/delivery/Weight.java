package dev.sluice.workflows.delivery;

import dev.sluice.workflows.JsonBytes;
import org.jspecify.annotations.Nullable;

/** What is written down of an event, in bytes; never less than it takes. */
final class Weight {
    /** Names, numbers and punctuation of a record, all of its texts left out. */
    private static final int ITEM = 320;

    private static final int TRIED = 200;
    private static final int FAILURE = 80;
    private static final int HEADER = 2;

    static int of(DeliveryState.Item item) {
        int bytes = ITEM + of(item.stamp()) + of(item.type()) + of(item.source()) + of(item.id());
        var parcel = item.parcel();
        if (parcel != null) {
            bytes += of(parcel.stamp()) + of(parcel.type()) + of(parcel.source()) + of(parcel.id());
            bytes += parcel.body().length(); // base64
            for (var header : parcel.headers().entrySet()) {
                bytes += HEADER + of(header.getKey()) + of(header.getValue());
            }
        }
        for (var tried : item.tried()) {
            bytes += TRIED + of(tried.detail()) + of(tried.to()) + of(tried.answer());
        }
        var failure = item.failure();
        return failure == null ? bytes : bytes + FAILURE + of(failure.destination()) + of(failure.data());
    }

    private static int of(@Nullable String text) {
        return text == null ? 0 : JsonBytes.of(text);
    }

    private Weight() {}
}
