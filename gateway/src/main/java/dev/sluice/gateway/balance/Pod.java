package dev.sluice.gateway.balance;

import dev.sluice.gateway.upstream.ConnectionPool;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.PodEndpoint.State;
import dev.sluice.model.dataplane.RevisionSettings.Probe;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pod as a gate sees it. Everything but the pool is guarded by the gate's monitor. */
public final class Pod {
    private final ConnectionPool pool;
    private PodEndpoint endpoint;
    private boolean present = true;
    private boolean cordoned;
    /** The gateway's own probe succeeded since the container started. */
    private boolean answered;
    /** Refused a connection, or its containers restarted: Kubernetes' word alone does not open it. */
    private boolean suspect;

    private boolean announced;
    private @Nullable Prober prober;
    int inFlight;
    /** Requests of other gateways. */
    int lent;
    /** The containers of which a drain hook that returned has been put to this pod's account. */
    final Set<String> charged = new HashSet<>(0);

    Pod(PodEndpoint endpoint) {
        this.endpoint = endpoint;
        this.pool = new ConnectionPool(endpoint.host(), endpoint.port());
    }

    public ConnectionPool pool() {
        return pool;
    }

    String uid() {
        return endpoint.uid();
    }

    PodEndpoint endpoint() {
        return endpoint;
    }

    /** All requests that count for its limit. */
    int load() {
        return inFlight + lent;
    }

    /** Whether it may take a request that another gateway has chosen it for. */
    boolean takes() {
        return running() && !cordoned;
    }

    boolean present() {
        return present;
    }

    boolean terminating() {
        return endpoint.state() == State.TERMINATING;
    }

    boolean sameAddress(PodEndpoint other) {
        return endpoint.host().equals(other.host()) && endpoint.port() == other.port();
    }

    /** Takes in what Kubernetes says now. */
    void update(PodEndpoint next) {
        var before = endpoint;
        endpoint = next;
        if (next.restarts() != before.restarts()) {
            suspect = true;
            answered = false;
            announced = false; // the control plane has forgotten it too
        } else if (next.state() == State.READY && before.state() != State.READY) {
            suspect = false;
        }
        if (next.state() == State.UNREADY) {
            answered = false;
        }
    }

    void remove() {
        present = false;
    }

    void comeBack(PodEndpoint next) {
        present = true;
        cordoned = false;
        update(next);
    }

    void cordon(boolean on) {
        cordoned = on;
    }

    void refused() {
        suspect = true;
        answered = false;
    }

    /** Was open by the gateway's word alone, and fails its probe now. */
    void faltered() {
        answered = false;
    }

    /** Whether the gateway's own probe succeeded and nothing since says otherwise. */
    boolean answers() {
        return answered;
    }

    /** Returns whether this is the first time that the pod answered. */
    boolean answered() {
        suspect = false;
        answered = true;
        boolean first = !announced;
        announced = true;
        return first;
    }

    boolean open() {
        return running() && !cordoned && !suspect && (endpoint.state() == State.READY || answered);
    }

    /** Which probe to make now, if any: until Kubernetes vouches for the pod, the gateway goes on asking. */
    @Nullable
    Probe wanted(Probe configured) {
        if (!running() || (!suspect && endpoint.state() == State.READY)) {
            return null;
        }
        if (configured instanceof Probe.None) {
            return endpoint.state() == State.READY ? new Probe.Tcp(0) : null;
        }
        return configured;
    }

    @Nullable
    Prober prober() {
        return prober;
    }

    void prober(@Nullable Prober next) {
        prober = next;
    }

    private boolean running() {
        return present && (endpoint.state() == State.STARTING || endpoint.state() == State.READY);
    }
}
