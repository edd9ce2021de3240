package dev.sluice.serving.cluster;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the story of an object as Kubernetes events, off the path of whoever tells it. A full queue drops events: they are notes, not state. */
public final class Events implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(1000);
    private final KubernetesClient client;
    private final Clock clock;
    private final Thread writer;

    public Events(KubernetesClient client, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.writer = Thread.ofVirtual().name("serving-events").unstarted(this::write);
    }

    public void start() {
        writer.start();
    }

    public void normal(HasMetadata about, String reason, String message) {
        offer(about, "Normal", reason, message);
    }

    public void warning(HasMetadata about, String reason, String message) {
        offer(about, "Warning", reason, message);
    }

    @Override
    public void close() {
        writer.interrupt();
    }

    private void offer(HasMetadata about, String type, String reason, String message) {
        var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        var meta = about.getMetadata();
        boolean taken = queue.offer(new EventBuilder()
                .withNewMetadata()
                .withGenerateName(meta.getName() + ".")
                .withNamespace(meta.getNamespace())
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .withUid(meta.getUid())
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewSource()
                .withComponent("sluice-serving")
                .endSource()
                .withReportingComponent("sluice-serving")
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build());
        if (!taken) {
            LOG.atDebug().addKeyValue("name", meta.getName()).log("too many events at once; dropped one");
        }
    }

    private void write() {
        try {
            while (true) {
                var event = queue.take();
                try {
                    client.resource(event).create();
                } catch (KubernetesClientException e) { // the namespace may be gone
                    LOG.atDebug()
                            .addKeyValue("reason", event.getReason())
                            .setCause(e)
                            .log("could not write an event");
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
