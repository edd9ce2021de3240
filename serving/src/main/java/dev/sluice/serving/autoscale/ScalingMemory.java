package dev.sluice.serving.autoscale;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.sluice.model.autoscale.Samples;
import dev.sluice.model.autoscale.ScalerState;
import dev.sluice.model.autoscale.ScalingSpec;
import dev.sluice.model.autoscale.ZeroGate;
import dev.sluice.model.dataplane.RevisionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What scaling knew, in a file, so that an instance that is restarted goes on deciding where it was, also after kill -9: then with
 * what was known some seconds before. Sleeping revisions need none. Its own
 * lock guards it.
 */
public final class ScalingMemory {
    /** One revision that has pods. */
    record Remembered(
            RevisionId id,
            ScalingSpec.Metric metric,
            ZeroGate.Phase phase,
            Instant phaseSince,
            ScalerState state,
            Samples.@Nullable Memory samples) {}

    private record Document(Instant written, List<Remembered> revisions) {}

    /** One that goes on, so long after it was written down. */
    record Resumed(Remembered before, Duration gap) {}

    private static final Logger LOG = LoggerFactory.getLogger(ScalingMemory.class);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What is older says nothing of the load any more. */
    private static final Duration KEPT = Duration.ofMinutes(10);

    /** For so many times the file is left alone while somebody may still ask for what is in it. */
    private static final int HELD = 6;

    private final Path file;
    private final Map<RevisionId, Remembered> earlier;
    private final Instant written;
    private boolean empty;
    private int held;

    private ScalingMemory(Path file, Instant written, Map<RevisionId, Remembered> earlier) {
        this.file = file;
        this.written = written;
        this.earlier = earlier;
        this.empty = earlier.isEmpty();
    }

    /** Reads what is there. A file that cannot be read is as good as none. */
    public static ScalingMemory in(Path file) {
        var earlier = new HashMap<RevisionId, Remembered>();
        var written = Instant.EPOCH;
        if (Files.exists(file)) {
            try {
                var document = JSON.readValue(Files.readAllBytes(file), Document.class);
                written = document.written();
                document.revisions().forEach(revision -> earlier.put(revision.id(), revision));
            } catch (IOException | RuntimeException e) { // whatever is wrong with it: scaling starts afresh
                LOG.atWarn().addKeyValue("file", file).setCause(e).log("what scaling knew cannot be read");
                earlier.clear();
            }
        }
        return new ScalingMemory(file, written, earlier);
    }

    /** What an earlier process knew of the revision, once. */
    synchronized Optional<Resumed> take(RevisionId id, Instant now) {
        var before = earlier.remove(id);
        var gap = Duration.between(written, now);
        return before == null || gap.isNegative() || gap.compareTo(KEPT) > 0
                ? Optional.empty()
                : Optional.of(new Resumed(before, gap));
    }

    /** Writes down what is known now. Nothing is written while there is nothing to remember. */
    synchronized void save(List<Remembered> revisions, Instant now) {
        if (revisions.isEmpty() && empty) {
            return;
        }
        if (!earlier.isEmpty() && held++ < HELD) {
            return; // not all of them have gone on yet: what an end that comes now would need is in the file
        }
        try {
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.write(fresh, JSON.writeValueAsBytes(new Document(now, revisions)));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            empty = revisions.isEmpty();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).setCause(e).log("what scaling knows cannot be written");
        }
    }
}
