package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.AdmissionContext;
import dev.sluice.api.admission.KindAdmission;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.Map;

/** Sends YAML through an admission the way the API server does: defaults, then validation. */
public final class Admit {
    private static final KubernetesSerialization YAML = new KubernetesSerialization();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AdmissionContext CREATE = context("jane", AdmissionContext.Operation.CREATE);

    public static ObjectNode json(String yaml) {
        return JSON.valueToTree(YAML.unmarshal("---\n" + yaml, Map.class));
    }

    public static ObjectNode json(Object tree) {
        return JSON.valueToTree(tree);
    }

    static AdmissionContext context(String user, AdmissionContext.Operation operation) {
        return new AdmissionContext(user, operation, false, "", Instant.EPOCH);
    }

    /** The text of the refusal, empty when admitted; {@code object} has the defaults afterwards. */
    public static String create(KindAdmission admission, ObjectNode object) {
        admission.defaults(object, null, CREATE);
        return admission.validate(object, null, CREATE).text();
    }

    public static String update(KindAdmission admission, ObjectNode old, ObjectNode object) {
        var context = context("joe", AdmissionContext.Operation.UPDATE);
        admission.defaults(object, old, context);
        return admission.validate(object, old, context).text();
    }

    private Admit() {}
}
