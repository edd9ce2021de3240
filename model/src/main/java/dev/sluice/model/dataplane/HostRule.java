package dev.sluice.model.dataplane;

import java.util.List;
import java.util.Map;

/**
 * What happens to a request for one host.
 *
 * @param namespace of the Route (or Channel, Broker) that owns the host
 * @param owner its name
 * @param splits chosen per request by percent; they sum to 100
 * @param tags revisions by traffic tag, for routing by the {@code Knative-Serving-Tag} header
 * @param redirectToHttps whether a request without TLS is answered with 301 to the same URL with it
 */
public record HostRule(
        String namespace, String owner, List<Split> splits, Map<String, RevisionId> tags, boolean redirectToHttps) {
    /** Answering over plain HTTP as over TLS. */
    public HostRule(String namespace, String owner, List<Split> splits, Map<String, RevisionId> tags) {
        this(namespace, owner, splits, tags, false);
    }

    public HostRule {
        splits = List.copyOf(splits);
        tags = Map.copyOf(tags);
        int sum = splits.stream().mapToInt(Split::percent).sum();
        if (sum != 100) {
            throw new IllegalArgumentException(
                    "splits of " + namespace + "/" + owner + " sum to " + sum + ", want 100");
        }
    }

    public HostRule redirecting(boolean toHttps) {
        return new HostRule(namespace, owner, splits, tags, toHttps);
    }

    /** One share of the requests. */
    public record Split(Target target, int percent) {}

    /** Where a share goes. */
    public sealed interface Target {
        /** To the pods of a revision, waking it when there are none. */
        record ToRevision(RevisionId revision) implements Target {}

        /** To a fixed HTTP server, such as the event ingress; nothing is woken, limited or probed. */
        record ToAddress(String host, int port) implements Target {}
    }
}
