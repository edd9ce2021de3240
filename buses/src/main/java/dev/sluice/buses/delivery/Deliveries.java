package dev.sluice.buses.delivery;

import dev.sluice.workflows.Wire;
import dev.sluice.workflows.delivery.DeliveryWorkflow;
import dev.sluice.workflows.delivery.Phase;
import dev.sluice.workflows.delivery.Timeline;
import io.temporal.client.WorkflowClient;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** Failed deliveries as people see them: list, show, replay, drop. */
public final class Deliveries {
    private final WorkflowClient client;

    public Deliveries(WorkflowClient client) {
        this.client = client;
    }

    /**
     * One workflow.
     *
     * @param phase {@code waiting}, {@code parked} or {@code done}
     */
    public record Summary(
            String workflowId,
            String namespace,
            String subscription,
            String phase,
            boolean open,
            Instant started,
            List<String> eventTypes,
            List<String> eventIds) {}

    /** The newest first; an empty namespace means all of them. */
    public List<Summary> list(String namespace, boolean openOnly, int atMost) {
        var query = Visibility.all(namespace) + (openOnly ? " AND ExecutionStatus='Running'" : "");
        return found(query, atMost);
    }

    private List<Summary> found(String query, int atMost) {
        return client.listExecutions(query)
                .limit(atMost)
                .map(found -> {
                    var attributes = found.getTypedSearchAttributes();
                    return new Summary(
                            found.getExecution().getWorkflowId(),
                            text(attributes.get(Wire.NAMESPACE)),
                            text(attributes.get(Wire.NAME)),
                            text(attributes.get(Wire.PHASE)),
                            found.getCloseTime() == null,
                            found.getStartTime(),
                            Optional.ofNullable(attributes.get(Wire.EVENT_TYPE)).orElse(List.of()),
                            Optional.ofNullable(attributes.get(Wire.EVENT_ID)).orElse(List.of()));
                })
                .toList();
    }

    /** Of a subscription or Trigger, by its name. */
    public record Subscriber(String namespace, String name) {}

    /** How many events are parked now, where any are. Of a delivery that an older version has parked the events that it can be searched by. */
    public Map<Subscriber, Integer> parked() {
        var parked = new HashMap<Subscriber, Integer>();
        client.listExecutions(Visibility.all("") + " AND ExecutionStatus='Running'")
                .forEach(found -> {
                    var attributes = found.getTypedSearchAttributes();
                    int events = found.getMemo(Wire.PARKED_MEMO, Integer.class) instanceof Integer told
                            ? told
                            : "parked".equals(attributes.get(Wire.PHASE))
                                    ? Optional.ofNullable(attributes.get(Wire.EVENT_ID))
                                            .map(List::size)
                                            .orElse(1)
                                    : 0;
                    if (events > 0) {
                        parked.merge(
                                new Subscriber(text(attributes.get(Wire.NAMESPACE)), text(attributes.get(Wire.NAME))),
                                events,
                                Integer::sum);
                    }
                });
        return parked;
    }

    /** The workflows that have had an event with this id of its producer, the newest first. */
    public List<Summary> find(String namespace, String eventId) {
        return found(Visibility.withEvent(namespace, eventId), 100);
    }

    /** Every event of the workflow with all that was tried. Works while the workflow is in Temporal's retention. */
    public Timeline show(String workflowId) {
        return workflow(workflowId).timeline();
    }

    /** Tries parked events again: those of the stamps, or all; returns how many. */
    public int replay(String workflowId, List<String> stamps) {
        return workflow(workflowId).replay(new DeliveryWorkflow.Chosen(stamps));
    }

    /** Gives events up for good: those of the stamps, or all that are parked; returns how many. */
    public int drop(String workflowId, List<String> stamps) {
        return workflow(workflowId).drop(new DeliveryWorkflow.Chosen(stamps));
    }

    /**
     * Parked events, by what they have in common. An empty text means any.
     *
     * @param subscription name of the Subscription or Trigger
     */
    public record Matching(String namespace, String subscription, String eventType, String source) {
        boolean matches(Timeline.Event event) {
            return event.phase() == Phase.PARKED
                    && (eventType.isEmpty() || eventType.equals(event.type()))
                    && (source.isEmpty() || source.equals(event.source()));
        }
    }

    /** Tries the parked events that match again; returns how many. */
    public int replay(Matching matching) {
        return each(matching, this::replay);
    }

    /** Gives the parked events that match up for good; returns how many. */
    public int drop(Matching matching) {
        return each(matching, this::drop);
    }

    private int each(Matching matching, ToIntBiFunction<String, List<String>> act) {
        // a delivery that waits may hold parked events too, so all that are open are looked at
        var query = matching.subscription().isEmpty()
                ? Visibility.all(matching.namespace()) + " AND ExecutionStatus='Running'"
                : Visibility.open(matching.namespace(), matching.subscription());
        return client.listExecutions(query).map(found -> found.getExecution().getWorkflowId()).toList().stream()
                .mapToInt(id -> {
                    var stamps = show(id).events().stream()
                            .filter(matching::matches)
                            .map(Timeline.Event::stamp)
                            .toList();
                    return stamps.isEmpty() ? 0 : act.applyAsInt(id, stamps);
                })
                .sum();
    }

    private DeliveryWorkflow workflow(String id) {
        return client.newWorkflowStub(DeliveryWorkflow.class, id);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
