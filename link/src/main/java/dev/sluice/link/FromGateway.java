package dev.sluice.link;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RevisionStat;
import dev.sluice.model.dataplane.TableVersion;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway says. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FromGateway.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = FromGateway.Leaving.class, name = "leaving"),
    @JsonSubTypes.Type(value = FromGateway.Ack.class, name = "ack"),
    @JsonSubTypes.Type(value = FromGateway.Answer.class, name = "answer"),
    @JsonSubTypes.Type(value = FromGateway.Wake.class, name = "wake"),
    @JsonSubTypes.Type(value = FromGateway.PodOpened.class, name = "podOpened"),
    @JsonSubTypes.Type(value = FromGateway.Stats.class, name = "stats")
})
sealed interface FromGateway {
    /**
     * The first message.
     *
     * @param name unique among all gateways there ever were
     * @param peerHost where other gateways reach it, at {@code peerPort}; null when it shares no limits with them
     */
    record Hello(String name, @Nullable String peerHost, int peerPort) implements FromGateway {}

    /** It will finish what it has and go. */
    record Leaving() implements FromGateway {}

    /** New requests see this version, or a newer one. */
    record Ack(TableVersion version) implements FromGateway {}

    /** The outcome of a call: done, or not within its time. */
    record Answer(long call, boolean done) implements FromGateway {}

    /** A request waits and there is no pod that could take it. */
    record Wake(RevisionId revision) implements FromGateway {}

    /** The gateway's own probe of this pod succeeded. */
    record PodOpened(RevisionId revision, String podUid) implements FromGateway {}

    /** One second; up to a minute of them comes again after the controller was lost. */
    record Stats(Instant second, List<RevisionStat> stats) implements FromGateway {}
}
