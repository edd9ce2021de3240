package dev.sluice.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.model.dataplane.PeerView;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a controller says. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ToGateway.State.class, name = "state"),
    @JsonSubTypes.Type(value = ToGateway.Peers.class, name = "peers"),
    @JsonSubTypes.Type(value = ToGateway.Program.class, name = "program"),
    @JsonSubTypes.Type(value = ToGateway.Pods.class, name = "pods"),
    @JsonSubTypes.Type(value = ToGateway.Cordon.class, name = "cordon"),
    @JsonSubTypes.Type(value = ToGateway.Uncordon.class, name = "uncordon"),
    @JsonSubTypes.Type(value = ToGateway.Drain.class, name = "drain")
})
sealed interface ToGateway {
    /**
     * Everything, at the beginning of a connection: what is not in it is not there.
     *
     * @param epoch tells one controller process from another
     */
    record State(
            long epoch,
            RouteTable table,
            Map<RevisionId, List<PodEndpoint>> pods,
            Map<RevisionId, Set<String>> cordoned)
            implements ToGateway {}

    /** Who the gateways are that share the limits; may come before the state. */
    record Peers(PeerView view) implements ToGateway {}

    /** A newer table; wants {@link FromGateway.Ack}. */
    record Program(RouteTable table) implements ToGateway {}

    /** The pods of a revision. */
    record Pods(RevisionId revision, List<PodEndpoint> pods) implements ToGateway {}

    /** No new request to these pods; wants {@link FromGateway.Answer}. */
    record Cordon(long call, RevisionId revision, Set<String> podUids) implements ToGateway {}

    /** Takes cordons back. */
    record Uncordon(RevisionId revision, Set<String> podUids) implements ToGateway {}

    /** Wants {@link FromGateway.Answer} when nothing is in flight in these pods, or the time is over. */
    record Drain(long call, RevisionId revision, Set<String> podUids, long limitMillis) implements ToGateway {}
}
