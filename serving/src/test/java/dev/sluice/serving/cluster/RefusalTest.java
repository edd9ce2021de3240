package dev.sluice.serving.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
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
}
