package dev.sluice.api.serving;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes a RevisionSpec's own fields out and leaves the rest to PodSpec: Jackson's unwrapping does not work under fabric8's module. */
final class RevisionSpecDeserializer extends JsonDeserializer<RevisionSpec> {
    @Override
    public RevisionSpec deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        TreeNode tree = parser.readValueAsTree();
        if (!(tree instanceof ObjectNode fields)) {
            throw JsonMappingException.from(parser, "a revision's spec must be an object, but is " + tree);
        }
        var pod = fields.deepCopy();
        var concurrency = number(context, pod.remove("containerConcurrency"));
        var timeout = number(context, pod.remove("timeoutSeconds"));
        var start = number(context, pod.remove("responseStartTimeoutSeconds"));
        var idle = number(context, pod.remove("idleTimeoutSeconds"));
        return new RevisionSpec(parser.getCodec().treeToValue(pod, PodSpec.class), concurrency, timeout, start, idle);
    }

    private static @Nullable Long number(DeserializationContext context, @Nullable JsonNode node) throws IOException {
        return node == null || node.isNull() ? null : context.readTreeAsValue(node, Long.class);
    }
}
