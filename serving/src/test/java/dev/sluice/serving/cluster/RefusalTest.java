package dev.sluice.serving.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.conditions.ConditionSet;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    400 | admission webhook "w" denied the request: no                                           | true
                    403 | pods "a" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1          | true
                    422 | ValidatingAdmissionPolicy 'p' with binding 'b' denied request: it is being terminated  | true
                    403 | pods "a" is forbidden: status unknown for quota: small, resources: pods                | false
                    403 | pods "a" is forbidden: unable to create new content in namespace n because it is being terminated | false
                    404 | namespaces "n" not found                                                               | false
                    409 | the object has been modified; please apply your changes to the latest version          | false
                    500 | Internal error occurred: failed calling webhook "w"                                    | false
                    """)
    void whatPassesByItselfIsNoRefusal(int code, String message, boolean refused) {
        var status = new StatusBuilder().withCode(code).withMessage(message).build();
        var why = Refusal.of(new KubernetesClientException("Failure executing: POST", code, status));
        assertThat(why.isPresent()).isEqualTo(refused);
        assertThat(why.orElse(message)).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    # reason       | said at              | of this generation | is said
                    CreationFailed | 2026-01-01T11:59:30Z | true               | request 1
                    CreationFailed | 2026-01-01T12:00:00Z | true               | request 1
                    CreationFailed | 2026-01-01T11:59:00Z | true               | request 2
                    CreationFailed |                      | true               | request 2
                    CreationFailed | 2026-01-01T11:59:30Z | false              | request 2
                    NotOwned       | 2026-01-01T11:59:30Z | true               | request 2
                    """)
    void aTextThatDiffersAtEachLookIsNotWrittenAtEach(
            String reason, @Nullable String at, boolean same, String message) {
        var stands = List.of(
                new Condition("Made", "False", null, at, reason, "request 1"),
                new Condition("Ready", "False", null, at, reason, "request 1"));
        var now = Instant.parse("2026-01-01T12:00:00.5Z");
        var conditions = new ConditionSet("Ready", List.of("Made"), stands, now);
        conditions.markUnknown("Made", "Trying", null);

        Refusal.say(conditions, "Made", "CreationFailed", "request 2", same ? stands : List.of(), now);

        assertThat(conditions.get("Made").orElseThrow().message()).isEqualTo(message);
        assertThat(conditions.get("Ready").orElseThrow().message()).isEqualTo(message);
        assertThat(conditions.list().equals(stands)).isEqualTo(message.equals("request 1"));
    }
}
