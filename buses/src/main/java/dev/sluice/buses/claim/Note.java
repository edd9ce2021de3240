package dev.sluice.buses.claim;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.sluice.buses.bus.ChannelId;
import dev.sluice.buses.bus.EventMessage;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is written beside a body: the rest of its event, and who still needs it. It is read after a change of version, so it changes only
 * additively.
 *
 * <pre>
 *   STORED --the bus has it--> PUBLISHED --nobody needs it--> GONE     (the body is deleted, the note stays for a while)
 *                              PUBLISHED --nobody needs it, but the bus may give it again on request--> KEPT --> GONE
 * </pre>
 *
 * @param holders uids of subscriptions that are not done with it
 * @param done those that were done before it was known who has it; empty once it is published
 * @param workflows of holders whose delivery workflow needs it: the first stamp of the batch
 * @param sinceMillis when the phase began
 * @param keepMillis how long after {@code storedMillis} the bus may give it again on request
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Note(
        String namespace,
        String channel,
        int length,
        Map<String, String> headers,
        String type,
        String source,
        String id,
        Phase phase,
        Set<String> holders,
        Set<String> done,
        Map<String, String> workflows,
        long storedMillis,
        long sinceMillis,
        long keepMillis) {
    enum Phase {
        STORED,
        PUBLISHED,
        KEPT,
        GONE;

        boolean hasBody() {
            return this != GONE;
        }
    }

    Note {
        headers = new TreeMap<>(headers);
        holders = new TreeSet<>(holders);
        done = new TreeSet<>(done);
        workflows = new TreeMap<>(workflows);
    }

    static Note stored(ChannelId channel, EventMessage event, Collection<String> holders, long now) {
        return new Note(
                channel.namespace(),
                channel.name(),
                event.length(),
                event.headers(),
                event.type(),
                event.source(),
                event.id(),
                Phase.STORED,
                new HashSet<>(holders),
                Set.of(),
                Map.of(),
                now,
                now,
                0);
    }

    boolean of(ChannelId wanted) {
        return namespace.equals(wanted.namespace()) && channel.equals(wanted.name());
    }

    Note published(Collection<String> subscriptions, long keep, long now) {
        var all = new HashSet<>(holders);
        all.addAll(subscriptions);
        all.removeAll(done);
        return with(Phase.PUBLISHED, all, Set.of(), workflows, now, keep);
    }

    /** Somebody has it from the bus. */
    Note taken(String uid, boolean settlesPublication, long now) {
        var all = new HashSet<>(holders);
        all.add(uid);
        var others = new HashSet<>(done);
        others.remove(uid);
        var next = phase == Phase.KEPT || (phase == Phase.STORED && settlesPublication) ? Phase.PUBLISHED : phase;
        return with(next, all, next == Phase.PUBLISHED ? Set.of() : others, workflows, now, keepMillis);
    }

    Note handedOver(String uid, String batch) {
        var more = new TreeMap<>(workflows);
        more.put(uid, batch);
        var all = new HashSet<>(holders);
        all.add(uid);
        return with(phase, all, done, more, sinceMillis, keepMillis);
    }

    Note released(String uid) {
        var left = new HashSet<>(holders);
        left.remove(uid);
        var fewer = new TreeMap<>(workflows);
        fewer.remove(uid);
        var those = new HashSet<>(done);
        if (phase == Phase.STORED) {
            those.add(uid);
        }
        return with(phase, left, those, fewer, sinceMillis, keepMillis);
    }

    Note kept(long now) {
        return with(Phase.KEPT, Set.of(), Set.of(), Map.of(), now, keepMillis);
    }

    /** Only that it was there. */
    Note gone(long now) {
        return new Note(
                namespace,
                channel,
                length,
                Map.of(),
                type,
                source,
                id,
                Phase.GONE,
                Set.of(),
                Set.of(),
                Map.of(),
                storedMillis,
                now,
                0);
    }

    boolean needsBody() {
        return !holders.isEmpty() || phase == Phase.STORED;
    }

    private Note with(
            Phase next, Set<String> who, Set<String> without, Map<String, String> there, long since, long keep) {
        return new Note(
                namespace,
                channel,
                length,
                headers,
                type,
                source,
                id,
                next,
                who,
                without,
                there,
                storedMillis,
                since,
                keep);
    }
}
