package dev.sluice.gateway.balance;

import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The pods of one revision, which of them are open, and their probes. Guarded by the gate's monitor. */
final class PodSet {
    private static final Pod[] NONE = {};

    private final Map<String, Pod> pods = new LinkedHashMap<>(4);
    /** Pods that are gone from the cluster but still answer something here. */
    private final List<Pod> departed = new ArrayList<>(0);
    /** What other gateways have at each pod. */
    private final Loans loans = new Loans();

    private final BiConsumer<Pod, Prober> onResult;
    private Pod[] open = NONE;

    PodSet(BiConsumer<Pod, Prober> onResult) {
        this.onResult = onResult;
    }

    /** Those that take requests, in the order Kubernetes told of them. Not to be changed. */
    Pod[] open() {
        return open;
    }

    boolean isEmpty() {
        return pods.isEmpty() && departed.isEmpty();
    }

    void update(List<PodEndpoint> endpoints) {
        var seen = new HashSet<String>();
        for (var endpoint : endpoints) {
            seen.add(endpoint.uid());
            var known = pods.get(endpoint.uid());
            if (known != null && known.sameAddress(endpoint)) {
                known.update(endpoint);
            } else {
                if (known != null) {
                    depart(known);
                }
                pods.put(endpoint.uid(), arrive(endpoint));
            }
        }
        for (var known = pods.values().iterator(); known.hasNext(); ) {
            var pod = known.next();
            if (!seen.contains(pod.uid())) {
                depart(pod);
                known.remove();
            }
        }
    }

    /** A new pod, or one that had left the list with requests in flight, which still count. */
    private Pod arrive(PodEndpoint endpoint) {
        for (var pod : departed) {
            if (pod.uid().equals(endpoint.uid()) && pod.sameAddress(endpoint)) {
                departed.remove(pod);
                pod.comeBack(endpoint);
                return pod;
            }
        }
        var pod = new Pod(endpoint);
        pod.lent = loans.at(pod.uid());
        return pod;
    }

    @Nullable
    Pod find(String uid) {
        return pods.get(uid);
    }

    /** Another gateway has so many requests more at a pod. */
    void lend(String borrower, String uid, int count) {
        loans.add(borrower, uid, count);
        recount(uid);
    }

    /** One less; nothing changes when there was none. */
    void takeBack(String borrower, String uid) {
        loans.takeBack(borrower, uid);
        recount(uid);
    }

    /** A gateway has nothing any more; null is all of them. */
    void forget(@Nullable String borrower) {
        loans.forget(borrower);
        pods.keySet().forEach(this::recount);
    }

    private void recount(String uid) {
        var pod = pods.get(uid);
        if (pod != null) {
            pod.lent = loans.at(uid);
        }
    }

    /** Requests of this gateway by pod, where there are any. */
    Map<String, Integer> held() {
        var held = new HashMap<String, Integer>();
        for (var pod : all()) {
            if (pod.inFlight > 0) {
                held.merge(pod.uid(), pod.inFlight, Integer::sum);
            }
        }
        return held;
    }

    void cordon(Set<String> uids, boolean on) {
        for (var uid : uids) {
            var pod = pods.get(uid);
            if (pod != null) {
                pod.cordon(on);
            }
        }
    }

    /** Works out anew which pods are open and which must be asked. */
    void refresh(@Nullable RevisionSettings settings) {
        var list = new ArrayList<Pod>(pods.size());
        for (var pod : pods.values()) {
            if (pod.open()) {
                list.add(pod);
            }
            if (settings != null) {
                probe(pod, settings);
            }
        }
        open = list.isEmpty() ? NONE : list.toArray(NONE);
    }

    /** One request less; true when it was the pod's last. */
    boolean free(Pod pod) {
        pod.inFlight--;
        if (pod.inFlight > 0) {
            return false;
        }
        if (!pod.present()) {
            departed.remove(pod);
            pod.pool().close();
        }
        return true;
    }

    int inFlight(Set<String> uids) {
        int sum = 0;
        for (var uid : uids) {
            var pod = pods.get(uid);
            sum += pod == null ? 0 : pod.inFlight;
        }
        for (var pod : departed) {
            sum += uids.contains(pod.uid()) ? pod.inFlight : 0;
        }
        return sum;
    }

    int inFlightOfTerminating() {
        int sum = 0;
        for (var pod : pods.values()) {
            sum += pod.terminating() ? pod.inFlight : 0;
        }
        return sum;
    }

    /** Terminating pods for which no drain hook of this container has returned yet. */
    int uncharged(String container) {
        int count = 0;
        for (var pod : pods.values()) {
            count += pod.terminating() && !pod.charged.contains(container) ? 1 : 0;
        }
        return count;
    }

    /** Puts a returning drain hook of this container to the account of one terminating pod. */
    void charge(String container) {
        for (var pod : pods.values()) {
            if (pod.terminating() && pod.charged.add(container)) {
                return;
            }
        }
    }

    List<Pod> all() {
        return List.copyOf(pods.values());
    }

    void close() {
        for (var pod : pods.values()) {
            stopProbe(pod);
            pod.pool().close();
        }
        departed.forEach(pod -> pod.pool().close());
    }

    private void probe(Pod pod, RevisionSettings settings) {
        var wanted = pod.wanted(settings.probe());
        var running = pod.prober();
        if (running != null
                && (wanted == null || running.watches() != pod.answers() || !running.asks(pod.endpoint(), wanted))) {
            stopProbe(pod);
            running = null;
        }
        if (wanted != null && running == null) {
            pod.prober(
                    new Prober(pod.endpoint(), wanted, pod.answers(), prober -> onResult.accept(pod, prober)).start());
        }
    }

    private void depart(Pod pod) {
        pod.remove();
        stopProbe(pod);
        if (pod.inFlight > 0) {
            departed.add(pod);
        } else {
            pod.pool().close();
        }
    }

    private static void stopProbe(Pod pod) {
        var running = pod.prober();
        if (running != null) {
            running.stop();
            pod.prober(null);
        }
    }
}
