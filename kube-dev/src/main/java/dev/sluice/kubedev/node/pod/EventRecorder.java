package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events off the road of the pods, and a little later than they happen: a pod that starts needs the processors itself. One
 * that repeats is counted instead of written again.
 */
public final class EventRecorder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final int REMEMBERED = 2000;
    private static final Duration LATER = Duration.ofSeconds(1);

    private record Note(ObjectReference about, String type, String reason, String message, Instant at) {
        String key() {
            return about.getUid() + '|' + about.getFieldPath() + '|' + type + '|' + reason + '|' + message;
        }
    }

    private final KubernetesClient client;
    private final String nodeName;
    private final String component;
    private final LinkedBlockingQueue<Note> queue = new LinkedBlockingQueue<>(10_000);
    private final Map<String, Event> written = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Event> eldest) {
            return size() > REMEMBERED;
        }
    };
    private final Thread writer;
    private int sequence;

    public EventRecorder(KubernetesClient client, String nodeName, String component) {
        this.client = client;
        this.nodeName = nodeName;
        this.component = component;
        this.writer = Thread.ofVirtual().name("sluice-node-events").start(this::write);
    }

    public void normal(Pod pod, Optional<String> container, String reason, String message) {
        note(pod, container, "Normal", reason, message);
    }

    public void warning(Pod pod, Optional<String> container, String reason, String message) {
        note(pod, container, "Warning", reason, message);
    }

    private void note(Pod pod, Optional<String> container, String type, String reason, String message) {
        ObjectReference about = new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .withResourceVersion(pod.getMetadata().getResourceVersion())
                .withFieldPath(container.orElse(null))
                .build();
        String bounded = message.length() > 1000 ? message.substring(0, 1000) : message;
        if (!queue.offer(new Note(about, type, reason, bounded, Instant.now()))) {
            LOG.atWarn().addKeyValue("reason", reason).log("an event was dropped: too many are waiting");
        }
    }

    private void write() {
        while (true) {
            try {
                var note = queue.take();
                Thread.sleep(Duration.between(Instant.now(), note.at().plus(LATER)));
                write(note);
            } catch (InterruptedException _) {
                return;
            } catch (KubernetesClientException e) {
                LOG.atDebug().setCause(e).log("an event was refused");
            }
        }
    }

    private void write(Note note) {
        String at = note.at().truncatedTo(ChronoUnit.SECONDS).toString();
        Event before = written.get(note.key());
        if (before != null) {
            Event again = new EventBuilder(before)
                    .editMetadata()
                    .withResourceVersion(null)
                    .endMetadata()
                    .withCount(Optional.ofNullable(before.getCount()).orElse(1) + 1)
                    .withLastTimestamp(at)
                    .build();
            try {
                client.v1().events().resource(again).update();
                written.put(note.key(), again);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != 404) {
                    throw e;
                }
                written.remove(note.key()); // they are kept for an hour
            }
        }
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(note.about().getNamespace())
                .withName(note.about().getName() + "."
                        + Long.toHexString(note.at().toEpochMilli()) + "." + ++sequence)
                .endMetadata()
                .withInvolvedObject(note.about())
                .withType(note.type())
                .withReason(note.reason())
                .withMessage(note.message())
                .withCount(1)
                .withFirstTimestamp(at)
                .withLastTimestamp(at)
                .withReportingComponent(component)
                .withReportingInstance(nodeName)
                .withNewSource(component, nodeName)
                .build();
        client.v1().events().resource(event).create();
        written.put(note.key(), event);
    }

    @Override
    public void close() {
        writer.interrupt();
    }
}
