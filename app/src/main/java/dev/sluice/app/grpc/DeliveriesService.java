package dev.sluice.app.grpc;

import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.buses.recent.Step;
import dev.sluice.protos.v1.DeliveredEvent;
import dev.sluice.protos.v1.DeliveriesGrpc;
import dev.sluice.protos.v1.Delivery;
import dev.sluice.protos.v1.DeliveryAttempt;
import dev.sluice.protos.v1.DeliverySummary;
import dev.sluice.protos.v1.DropRequest;
import dev.sluice.protos.v1.DropResponse;
import dev.sluice.protos.v1.EventPhase;
import dev.sluice.protos.v1.EventStep;
import dev.sluice.protos.v1.FindDeliveriesRequest;
import dev.sluice.protos.v1.FindDeliveriesResponse;
import dev.sluice.protos.v1.GetDeliveryRequest;
import dev.sluice.protos.v1.ListDeliveriesRequest;
import dev.sluice.protos.v1.ListDeliveriesResponse;
import dev.sluice.protos.v1.MatchingRequest;
import dev.sluice.protos.v1.ReplayRequest;
import dev.sluice.protos.v1.ReplayResponse;
import dev.sluice.protos.v1.ReplaySinceRequest;
import dev.sluice.protos.v1.ReplaySinceResponse;
import dev.sluice.protos.v1.SubscriberRequest;
import dev.sluice.protos.v1.SubscriberResponse;
import dev.sluice.workflows.delivery.Phase;
import dev.sluice.workflows.delivery.Timeline;
import dev.sluice.workflows.delivery.Tried;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** {@code sluice.v1.Deliveries}: events whose first delivery failed, and what happened to the others lately. */
final class DeliveriesService extends DeliveriesGrpc.DeliveriesImplBase {
    private static final String GROUP = "events.sluice.dev";
    private static final String RESOURCE = "deliveries";
    private static final int MOST = 200;

    private final Deliveries deliveries;
    private final RecentEvents recent;
    private final KubernetesClient client;
    private final SubscriberObjects subscribers;
    private final Pausing pausing;
    private final Rewind rewind;

    DeliveriesService(Deliveries deliveries, RecentEvents recent, Rewind rewind, KubernetesClient client) {
        this.recent = recent;
        this.deliveries = deliveries;
        this.rewind = rewind;
        this.client = client;
        this.subscribers = new SubscriberObjects(client);
        this.pausing = new Pausing(subscribers);
    }

    @Override
    public void list(ListDeliveriesRequest request, StreamObserver<ListDeliveriesResponse> observer) {
        Replies.answer(observer, () -> {
            require("list", request.getNamespace());
            int limit = request.getLimit() <= 0 ? MOST : Math.min(request.getLimit(), MOST);
            var response = ListDeliveriesResponse.newBuilder();
            deliveries.list(request.getNamespace(), !request.getIncludeClosed(), limit).stream()
                    .map(DeliveriesService::summary)
                    .forEach(response::addDeliveries);
            return response.build();
        });
    }

    @Override
    public void get(GetDeliveryRequest request, StreamObserver<Delivery> observer) {
        Replies.answer(observer, () -> {
            require("get", namespace(request.getId()));
            return delivery(request.getId(), deliveries.show(request.getId()), _ -> true);
        });
    }

    @Override
    public void find(FindDeliveriesRequest request, StreamObserver<FindDeliveriesResponse> observer) {
        Replies.answer(observer, () -> {
            require("list", request.getNamespace());
            var response = FindDeliveriesResponse.newBuilder();
            var steps = recent.of(request.getNamespace(), request.getEventId());
            found(request.getNamespace(), request.getEventId(), steps).forEach(response::addDeliveries);
            steps.stream().map(DeliveriesService::step).forEach(response::addRecent);
            return response.build();
        });
    }

    @Override
    public void replay(ReplayRequest request, StreamObserver<ReplayResponse> observer) {
        Replies.answer(observer, () -> {
            require("update", namespace(request.getId()));
            int events = deliveries.replay(request.getId(), request.getStampsList());
            return ReplayResponse.newBuilder().setEvents(events).build();
        });
    }

    @Override
    public void drop(DropRequest request, StreamObserver<DropResponse> observer) {
        Replies.answer(observer, () -> {
            require("delete", namespace(request.getId()));
            int events = deliveries.drop(request.getId(), request.getStampsList());
            return DropResponse.newBuilder().setEvents(events).build();
        });
    }

    @Override
    public void replayMatching(MatchingRequest request, StreamObserver<ReplayResponse> observer) {
        Replies.answer(observer, () -> {
            require("update", request.getNamespace());
            return ReplayResponse.newBuilder()
                    .setEvents(deliveries.replay(matching(request)))
                    .build();
        });
    }

    @Override
    public void dropMatching(MatchingRequest request, StreamObserver<DropResponse> observer) {
        Replies.answer(observer, () -> {
            require("delete", request.getNamespace());
            return DropResponse.newBuilder()
                    .setEvents(deliveries.drop(matching(request)))
                    .build();
        });
    }

    @Override
    public void pause(SubscriberRequest request, StreamObserver<SubscriberResponse> observer) {
        Replies.answer(
                observer,
                () -> SubscriberResponse.newBuilder()
                        .setChanged(pausing.set(request, true))
                        .build());
    }

    @Override
    public void resume(SubscriberRequest request, StreamObserver<SubscriberResponse> observer) {
        Replies.answer(
                observer,
                () -> SubscriberResponse.newBuilder()
                        .setChanged(pausing.set(request, false))
                        .build());
    }

    @Override
    public void replaySince(ReplaySinceRequest request, StreamObserver<ReplaySinceResponse> observer) {
        Replies.answer(observer, () -> {
            if (!request.hasSince()) {
                throw Status.INVALID_ARGUMENT.withDescription("since: missing").asRuntimeException();
            }
            var uid = subscribers
                    .toPatch(request.getSubscriber())
                    .object()
                    .getMetadata()
                    .getUid();
            rewind.replay(uid, Times.instant(request.getSince())).ifPresent(refusal -> {
                throw Status.FAILED_PRECONDITION.withDescription(refusal).asRuntimeException();
            });
            return ReplaySinceResponse.getDefaultInstance();
        });
    }

    private static Deliveries.Matching matching(MatchingRequest request) {
        return new Deliveries.Matching(
                request.getNamespace(), request.getSubscription(), request.getEventType(), request.getSource());
    }

    private List<Delivery> found(String namespace, String event, List<Step> lately) {
        boolean searchable = !event.contains("'") && !event.contains("\\");
        var found = searchable ? narrowed(deliveries.find(namespace, event), event) : List.<Delivery>of();
        // the search knows the first events of a large delivery only
        return found.isEmpty() && !arrivedAtOnce(lately)
                ? narrowed(deliveries.list(namespace, false, MOST), event)
                : found;
    }

    private List<Delivery> narrowed(List<Deliveries.Summary> summaries, String event) {
        return summaries.stream()
                .map(summary -> delivery(
                        summary.workflowId(),
                        deliveries.show(summary.workflowId()),
                        candidate -> candidate.id().equals(event)))
                .filter(delivery -> delivery.getEventsCount() > 0)
                .toList();
    }

    /** As far as anybody remembers; then no delivery has it. */
    private static boolean arrivedAtOnce(List<Step> lately) {
        // with the first of its steps none of the others is forgotten
        return lately.stream().anyMatch(step -> step.what() == Step.What.ACCEPTED)
                && lately.stream().anyMatch(step -> step.what() == Step.What.DELIVERED)
                && lately.stream().allMatch(step -> switch (step.what()) {
                    case ACCEPTED, FILTERED, DUPLICATE, DELIVERED -> true;
                    case FAILED, REJECTED, WITHHELD, DEAD_LETTERED, DEAD_LETTER_FAILED -> false;
                });
    }

    private void require(String verb, String namespace) {
        new Permission(verb, GROUP, RESOURCE, namespace, "").require(client);
    }

    /** The id says it, so permission is asked for before anything is looked up. */
    private static String namespace(String id) {
        var parts = id.split("/", -1);
        if (parts.length != 5 || !parts[0].equals("delivery") || parts[1].isEmpty()) {
            throw Status.NOT_FOUND.withDescription("there is no delivery " + id).asRuntimeException();
        }
        return parts[1];
    }

    private static DeliverySummary summary(Deliveries.Summary found) {
        return DeliverySummary.newBuilder()
                .setId(found.workflowId())
                .setNamespace(found.namespace())
                .setSubscription(found.subscription())
                .setPhase(found.phase())
                .setStarted(Times.of(found.started()))
                .addAllEventTypes(found.eventTypes())
                .addAllEventIds(found.eventIds())
                .build();
    }

    private static Delivery delivery(String id, Timeline timeline, Predicate<Timeline.Event> wanted) {
        var delivery = Delivery.newBuilder()
                .setId(id)
                .setNamespace(timeline.namespace())
                .setSubscription(timeline.subscription());
        timeline.events().stream().filter(wanted).map(DeliveriesService::event).forEach(delivery::addEvents);
        return delivery.build();
    }

    private static DeliveredEvent event(Timeline.Event event) {
        var message = DeliveredEvent.newBuilder()
                .setStamp(event.stamp())
                .setId(event.id())
                .setType(event.type())
                .setSource(event.source())
                .setPhase(phase(event.phase()))
                .setAttempts(event.attempts());
        if (event.nextAttemptMillis() > 0) {
            message.setNextAttempt(Times.ofMillis(event.nextAttemptMillis()));
        }
        event.tried().stream().map(DeliveriesService::attempt).forEach(message::addTried);
        return message.build();
    }

    private static DeliveryAttempt attempt(Tried tried) {
        return DeliveryAttempt.newBuilder()
                .setNumber(tried.number())
                .setAt(Times.ofMillis(tried.atMillis()))
                .setOutcome(tried.verdict().name().toLowerCase(Locale.ROOT))
                .setStatus(tried.status())
                .setDetail(tried.detail())
                .setTookMillis(tried.tookMillis())
                .build();
    }

    private static EventStep step(Step step) {
        return EventStep.newBuilder()
                .setAt(Times.ofMillis(step.millis()))
                .setWhat(step.what().name().toLowerCase(Locale.ROOT))
                .setName(step.at())
                .setId(step.id())
                .setType(step.type())
                .setSource(step.source())
                .setStamp(step.stamp())
                .setNumber(step.number())
                .setStatus(step.status())
                .setTookMillis(step.tookMillis())
                .setDetail(step.detail())
                .build();
    }

    private static EventPhase phase(Phase phase) {
        return switch (phase) {
            case WAITING -> EventPhase.EVENT_PHASE_WAITING;
            case PARKED -> EventPhase.EVENT_PHASE_PARKED;
            case DELIVERED -> EventPhase.EVENT_PHASE_DELIVERED;
            case DROPPED -> EventPhase.EVENT_PHASE_DROPPED;
            case DEAD_LETTERED -> EventPhase.EVENT_PHASE_DEAD_LETTERED;
            case ORPHANED -> EventPhase.EVENT_PHASE_ORPHANED;
        };
    }
}
