package dev.sluice.app.grpc;

import io.grpc.Context;
import java.util.List;
import java.util.Map;

/** Who calls, as the cluster's API server named them after it had seen their token. */
record Caller(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    private static final Context.Key<Caller> KEY = Context.key("caller");

    Caller {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /** Of the call that this thread serves. */
    static Caller current() {
        var caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("outside of an authenticated call");
        }
        return caller;
    }

    Context in(Context context) {
        return context.withValue(KEY, this);
    }
}
