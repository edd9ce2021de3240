package dev.sluice.api.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Optional;

/**
 * The {@code build} that a Configuration of 2018 could ask for, which v1 cannot say: kept as an annotation of the v1 form.
 * It stands on a Service too, and reaches the Configuration the way every annotation does. The Configuration's reconciler
 * asks {@code of(configuration.getMetadata())}; when there is one, it makes the object (named as the Revision, labelled with
 * {@link ServingLabels#BUILD_HASH}, or reuses one with that label's value) and the Revision waits for its Succeeded condition.
 *
 * @param object a whole object with apiVersion, kind and spec; a bare spec as in the first releases becomes a Build
 * @param hash of what was written, as long as a label may be: the same content asks for the same Build
 */
public record BuildAnnotation(ObjectNode object, String hash) {
    public static final String KEY = "serving.sluice.dev/build";
    /** On the template of revisions, so that another build is another revision: only a change of a spec is a new generation. */
    public static final String TEMPLATE_HASH = "serving.sluice.dev/build-hash";

    /** On an object read in v1alpha1 whose template, written in v1, has no such hash: the build that it is without for. */
    public static final String UNHASHED = "serving.sluice.dev/build-unhashed";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LABEL_LENGTH = 63;

    public static Optional<BuildAnnotation> of(ObjectMeta meta) {
        if (meta.getAnnotations() == null) {
            return Optional.empty();
        }
        return Optional.ofNullable(meta.getAnnotations().get(KEY)).map(BuildAnnotation::parse);
    }

    static BuildAnnotation parse(String raw) {
        try {
            if (!(JSON.readTree(raw) instanceof ObjectNode written)) {
                throw new IllegalArgumentException("annotation " + KEY + " is not a JSON object");
            }
            return new BuildAnnotation(whole(written), hash(written));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("annotation " + KEY + " is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    public static String hash(ObjectNode written) {
        return HistoricForm.hash(written).substring(0, LABEL_LENGTH);
    }

    /** The object that a {@code build} field means in each of its historic forms. */
    static ObjectNode whole(ObjectNode written) {
        if (written.has("apiVersion") && written.has("kind")) {
            return written;
        }
        var build = JSON.createObjectNode()
                .put("apiVersion", "build.knative.dev/v1alpha1")
                .put("kind", "Build");
        build.set("spec", written);
        return build;
    }
}
