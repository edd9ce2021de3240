package dev.sluice.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.model.dataplane.TableVersion;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** One connected gateway, as the controller sees it. */
final class GatewaySession {
    private final StreamObserver<ToGateway> out;
    private final Map<Long, CompletableFuture<Boolean>> calls = new ConcurrentHashMap<>();
    private volatile String name = "";
    private volatile TableVersion acknowledged = new TableVersion(0, 0);
    private volatile boolean ended;

    @GuardedBy("out")
    private boolean told;

    GatewaySession(StreamObserver<ToGateway> out) {
        this.out = out;
    }

    void named(String gateway) {
        name = gateway;
    }

    String name() {
        return name;
    }

    /** Has had the whole state, so that changes to it make sense. */
    boolean told() {
        synchronized (out) {
            return told;
        }
    }

    void begin(ToGateway.State state) {
        synchronized (out) {
            told = true;
        }
        send(state);
    }

    /**
     * A gateway that has not had the state yet will get the change with it, and one that is gone is not told any more: its end is
     * seen elsewhere.
     */
    void send(ToGateway message) {
        synchronized (out) {
            if (told && !ended) {
                try {
                    out.onNext(message);
                } catch (IllegalStateException _) {
                    ended = true; // cancelled meanwhile
                }
            }
        }
    }

    /** What makes sense to a gateway that has not had the state yet, too. */
    void sendAnyway(ToGateway message) {
        synchronized (out) {
            if (!ended) {
                try {
                    out.onNext(message);
                } catch (IllegalStateException _) {
                    ended = true; // cancelled meanwhile
                }
            }
        }
    }

    /** The answer to a call; false when the gateway goes before it answers. */
    CompletableFuture<Boolean> call(long id, ToGateway message) {
        var answer = new CompletableFuture<Boolean>();
        calls.put(id, answer);
        send(message);
        if (ended) {
            answer.complete(false);
        }
        return answer.whenComplete((_, _) -> calls.remove(id));
    }

    void answered(long id, boolean done) {
        var call = calls.get(id);
        if (call != null) {
            call.complete(done);
        }
    }

    void acknowledged(TableVersion version) {
        acknowledged = version;
    }

    TableVersion acknowledged() {
        return acknowledged;
    }

    void end() {
        ended = true;
        calls.values().forEach(call -> call.complete(false));
    }

    void close() {
        synchronized (out) {
            if (!ended) {
                ended = true;
                try {
                    out.onCompleted();
                } catch (IllegalStateException _) {
                    // gone already
                }
            }
        }
        end();
    }
}
