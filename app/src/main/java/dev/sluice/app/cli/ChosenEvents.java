package dev.sluice.app.cli;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.protos.v1.DeliveredEvent;
import dev.sluice.protos.v1.Delivery;
import dev.sluice.protos.v1.EventPhase;
import dev.sluice.protos.v1.EventStep;
import dev.sluice.protos.v1.FindDeliveriesRequest;
import dev.sluice.protos.v1.GetDeliveryRequest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;

/**
 * The events that words of {@code sluice events} mean. One delivery carries events that failed together: who names an event means
 * that one and not what travels with it.
 *
 * @param deliveries each only with the events that are meant
 * @param recent what the instance remembers of events that are named by their id, of those that never failed too
 */
record ChosenEvents(List<Delivery> deliveries, List<EventStep> recent) {
    private static final String DELIVERY = "delivery/";

    ChosenEvents {
        deliveries = List.copyOf(deliveries);
        recent = List.copyOf(recent);
    }

    /**
     * @param id of a delivery, or of an event as its producer named it
     * @param stamps when not empty, only these events of it
     */
    static ChosenEvents of(ApiClient api, String namespace, String id, List<String> stamps) {
        var found = id.startsWith(DELIVERY)
                ? new ChosenEvents(
                        List.of(api.deliveries()
                                .get(GetDeliveryRequest.newBuilder().setId(id).build())),
                        List.of())
                : byEvent(api, namespace, id);
        if (found.deliveries.isEmpty() && found.recent.isEmpty()) {
            throw new VerbException("no delivery of an event " + id + " has failed in namespace " + namespace
                    + " (what arrives at the first attempt is remembered for a while only)");
        }
        return stamps.isEmpty() ? found : found.only(id, stamps);
    }

    private static ChosenEvents byEvent(ApiClient api, String namespace, String id) {
        var found = api.deliveries()
                .find(FindDeliveriesRequest.newBuilder()
                        .setNamespace(namespace)
                        .setEventId(id)
                        .build());
        return new ChosenEvents(found.getDeliveriesList(), found.getRecentList());
    }

    private ChosenEvents only(String id, List<String> stamps) {
        var unknown = new TreeSet<>(stamps);
        deliveries.forEach(delivery -> delivery.getEventsList().forEach(event -> unknown.remove(event.getStamp())));
        recent.forEach(step -> unknown.remove(step.getStamp()));
        if (!unknown.isEmpty()) {
            throw new VerbException("no event of " + id + " has the stamp " + String.join(", ", unknown));
        }
        return new ChosenEvents(
                deliveries.stream()
                        .map(delivery -> delivery.toBuilder()
                                .clearEvents()
                                .addAllEvents(delivery.getEventsList().stream()
                                        .filter(event -> stamps.contains(event.getStamp()))
                                        .toList())
                                .build())
                        .filter(delivery -> delivery.getEventsCount() > 0)
                        .toList(),
                recent.stream().filter(step -> stamps.contains(step.getStamp())).toList());
    }

    /** Does something, given a delivery and stamps of it, to what is in one of the phases; says what stands in the way when nothing is. */
    int act(Set<EventPhase> phases, ToIntBiFunction<String, List<String>> what) {
        int count = 0;
        for (var delivery : deliveries) {
            var stamps = delivery.getEventsList().stream()
                    .filter(event -> phases.contains(event.getPhase()))
                    .map(DeliveredEvent::getStamp)
                    .toList();
            if (!stamps.isEmpty()) {
                count += what.applyAsInt(delivery.getId(), stamps);
            }
        }
        if (count == 0 && deliveries.isEmpty()) {
            throw new VerbException("no delivery of such an event has failed");
        }
        if (count == 0) {
            throw new VerbException(deliveries.stream()
                    .flatMap(delivery -> delivery.getEventsList().stream()
                            .map(event -> "event " + event.getId() + " for " + delivery.getNamespace() + "/"
                                    + delivery.getSubscription() + " is " + word(event.getPhase())))
                    .distinct()
                    .collect(Collectors.joining("; ")));
        }
        return count;
    }

    /** {@code EVENT_PHASE_DEAD_LETTERED} is {@code dead lettered} to people. */
    static String word(EventPhase phase) {
        return phase.name()
                .substring("EVENT_PHASE_".length())
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    }
}
