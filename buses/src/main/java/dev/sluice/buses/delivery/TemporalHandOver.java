package dev.sluice.buses.delivery;

import dev.sluice.buses.bus.SubscriptionSettings;
import dev.sluice.buses.dispatch.HandOver;
import dev.sluice.buses.dispatch.Searchable;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.delivery.DeliveryState;
import dev.sluice.workflows.delivery.DeliveryWorkflow;
import dev.sluice.workflows.delivery.Phase;
import dev.sluice.workflows.delivery.Subject;
import dev.sluice.workflows.delivery.Timeline;
import dev.sluice.workflows.delivery.Undelivered;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.SearchAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a {@link DeliveryWorkflow} per batch, or gives the batch to the one that has its id already: the id is made of the
 * first stamp, and the workflow ignores stamps it has, so a repeated hand-over changes nothing.
 */
public final class TemporalHandOver implements HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(TemporalHandOver.class);
    /** One dispatcher today; on a log-based bus the partition. */
    private static final String SHARD = "0";
    /** The word that an event is settled may be lost with a worker. */
    private static final Duration LOOK = Duration.ofSeconds(30);

    /** After a question that was not answered: what it asks about may be settled already, and then no word comes any more. */
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

    private final Map<Event, CountDownLatch> waiting = new ConcurrentHashMap<>();
    private final WorkflowClient client;
    private final Duration look;
    private final Duration askAgain;

    /** A stamp alone is that of the event at every subscription of its channel. */
    private record Event(String subscription, String stamp) {}

    public TemporalHandOver(WorkflowClient client) {
        this(client, LOOK, ASK_AGAIN);
    }

    TemporalHandOver(WorkflowClient client, Duration look, Duration askAgain) {
        this.client = client;
        this.look = look;
        this.askAgain = askAgain;
    }

    @Override
    public void handOver(SubscriptionSettings to, List<Undelivered> events, Instant rewound) {
        try {
            start(to, events, rewound, true);
        } catch (RuntimeException e) {
            if (!isRefused(e)) {
                throw e;
            }
            if (events.size() > 1) {
                throw new TooMuchException(String.valueOf(e.getMessage()), e);
            }
            LOG.atWarn()
                    .addKeyValue("namespace", to.namespace())
                    .addKeyValue("subscription", to.name())
                    .addKeyValue("event", events.getFirst().parcel().stamp())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log(
                            "the hand-over of a failed delivery is refused; it is tried without what it could be searched by");
            start(to, events, rewound, false);
        }
    }

    private static boolean isRefused(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StatusRuntimeException status
                    && status.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                return true;
            }
        }
        return false;
    }

    private void start(SubscriptionSettings to, List<Undelivered> events, Instant rewound, boolean searchable) {
        var first = events.getFirst().parcel().stamp();
        var attributes = SearchAttributes.newBuilder()
                .set(Wire.KIND, "Delivery")
                .set(Wire.NAMESPACE, to.namespace())
                .set(Wire.NAME, to.name())
                .set(Wire.PHASE, "waiting");
        if (searchable) {
            attributes
                    .set(
                            Wire.EVENT_TYPE,
                            Searchable.fitting(
                                    events.stream().map(e -> e.parcel().type())))
                    .set(
                            Wire.EVENT_ID,
                            Searchable.fitting(
                                    events.stream().map(e -> e.parcel().id())));
        }
        var options = WorkflowOptions.newBuilder()
                .setTaskQueue(Wire.DELIVERY_QUEUE)
                .setWorkflowId(Wire.deliveryId(to.namespace(), to.uid(), SHARD, first))
                // one that has ended delivered or dropped its events; the same stamps again are a repetition after a
                // kill
                .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .setTypedSearchAttributes(attributes.build())
                .build();
        var subject = new Subject(
                to.namespace(),
                to.name(),
                to.uid(),
                to.policy(),
                to.terms().deadLetterSink() != null,
                to.terms().ordered());
        client.newUntypedWorkflowStub(DeliveryWorkflow.TYPE, options)
                .signalWithStart(
                        "add",
                        new Object[] {new DeliveryWorkflow.Batch(events, millis(rewound))},
                        new Object[] {DeliveryState.of(subject)});
    }

    private static long millis(Instant rewound) {
        return rewound.equals(Instant.MIN) ? 0 : rewound.toEpochMilli();
    }

    @Override
    public boolean has(SubscriptionSettings to, String stamp, Instant since) {
        try {
            var ended = workflow(to, stamp).describe().getCloseTime();
            return ended == null ? !isParkedBefore(to, stamp, since) : !ended.isBefore(since);
        } catch (WorkflowNotFoundException _) {
            return false;
        }
    }

    /** Kept until a person replays it: who goes back in time has asked for that. */
    private boolean isParkedBefore(SubscriptionSettings to, String stamp, Instant since) {
        return !since.equals(Instant.MIN)
                && workflow(to, stamp).query("timeline", Timeline.class).events().stream()
                        .anyMatch(event -> event.stamp().equals(stamp)
                                && event.phase() == Phase.PARKED
                                && event.tried().stream().noneMatch(tried -> tried.atMillis() >= since.toEpochMilli()));
    }

    @Override
    public boolean isOpen(SubscriptionSettings to, String first) {
        try {
            return workflow(to, first).describe().getCloseTime() == null;
        } catch (WorkflowNotFoundException _) {
            return false;
        }
    }

    private WorkflowStub workflow(SubscriptionSettings to, String stamp) {
        return client.newUntypedWorkflowStub(Wire.deliveryId(to.namespace(), to.uid(), SHARD, stamp));
    }

    @Override
    public void awaitSettled(SubscriptionSettings to, String stamp) throws InterruptedException {
        var event = new Event(to.uid(), stamp);
        while (true) {
            var word = new CountDownLatch(1);
            waiting.put(event, word); // before it is asked: the word may come meanwhile
            try {
                var found = ask(to, stamp);
                if (found == Found.SETTLED) {
                    return;
                }
                var pause = found == Found.WAITING ? look : askAgain;
                var _ = word.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                waiting.remove(event, word);
            }
        }
    }

    private enum Found {
        SETTLED,
        WAITING,
        UNKNOWN
    }

    private Found ask(SubscriptionSettings to, String stamp) {
        try {
            var workflow = workflow(to, stamp);
            var found = workflow.describe();
            if (found.getCloseTime() == null) {
                return workflow.query("timeline", Timeline.class).events().stream()
                                .anyMatch(event -> event.stamp().equals(stamp)
                                        && !event.phase().settled())
                        ? Found.WAITING
                        : Found.SETTLED;
            }
            if (found.getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED) {
                LOG.atWarn()
                        .addKeyValue("namespace", to.namespace())
                        .addKeyValue("subscription", to.name())
                        .addKeyValue("event", stamp)
                        .addKeyValue("workflow", found.getExecution().getWorkflowId())
                        .addKeyValue("status", found.getStatus())
                        .log(
                                "the workflow of an event was ended by somebody else; the event may not be delivered, its key goes on");
            }
            return Found.SETTLED;
        } catch (WorkflowNotFoundException _) {
            return Found.SETTLED; // it has ended, and its history is kept no longer
        } catch (RuntimeException e) {
            LOG.atInfo()
                    .addKeyValue("namespace", to.namespace())
                    .addKeyValue("subscription", to.name())
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("what became of an event that others wait behind could not be asked");
            return Found.UNKNOWN;
        }
    }

    @Override
    public void settled(String uid, List<String> stamps) {
        for (var stamp : stamps) {
            var word = waiting.get(new Event(uid, stamp));
            if (word != null) {
                word.countDown();
            }
        }
    }

    @Override
    public void subscriberIsBack(SubscriptionSettings to) {
        try {
            var waiting = Visibility.open(to.namespace(), to.name()) + " AND " + Wire.PHASE.getName() + "='waiting'";
            client.listExecutions(waiting)
                    .forEach(found -> poke(to, found.getExecution().getWorkflowId()));
        } catch (RuntimeException e) {
            notTold(to, e);
        }
    }

    /** One that cannot be told does not keep the others from it. */
    private void poke(SubscriptionSettings to, String workflow) {
        try {
            client.newUntypedWorkflowStub(workflow).signal("poke");
        } catch (WorkflowNotFoundException _) {
            // it has ended since it was listed
        } catch (RuntimeException e) {
            notTold(to, e);
        }
    }

    /** Only a hint: their own timers come, at the latest after the longest backoff. */
    private static void notTold(SubscriptionSettings to, RuntimeException why) {
        LOG.atInfo()
                .addKeyValue("namespace", to.namespace())
                .addKeyValue("subscription", to.name())
                .addKeyValue("cause", String.valueOf(why.getMessage()))
                .log("waiting deliveries were not told that their subscriber is back");
    }
}
