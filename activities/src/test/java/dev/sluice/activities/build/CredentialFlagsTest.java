package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialFlagsTest {
    /** Annotations are {@code docker-NAME=URL} and {@code git-NAME=URL} below {@code build.knative.dev/}. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kubernetes.io/basic-auth|docker-0=https://gcr.io|-basic-docker=s=https://gcr.io",
                "kubernetes.io/basic-auth|git-0=https://github.com|-basic-git=s=https://github.com",
                "kubernetes.io/basic-auth|git-1=https://b docker-x=https://d git-0=https://a|-basic-docker=s=https://d -basic-git=s=https://a -basic-git=s=https://b",
                "kubernetes.io/basic-auth|other-0=https://gcr.io|''",
                "kubernetes.io/basic-auth|docker=https://gcr.io|''",
                "kubernetes.io/basic-auth|''|''",
                "kubernetes.io/ssh-auth|git-0=github.com git-1=git.test:2222|-ssh-git=s=github.com -ssh-git=s=git.test:2222",
                "kubernetes.io/ssh-auth|docker-0=https://gcr.io|''",
                "kubernetes.io/dockerconfigjson|''|-docker-config=s",
                "kubernetes.io/dockercfg|''|-docker-cfg=s",
                "Opaque|docker-0=https://gcr.io git-0=https://github.com|''"
            })
    void tellWhatASecretIsFor(String type, String annotations, String flags) {
        assertThat(String.join(" ", CredentialFlags.of(BuildPodsTest.secret("s", type, annotations(annotations)))))
                .isEqualTo(flags);
    }

    @ParameterizedTest
    @CsvSource({
        "docker-0, index.docker.io, false",
        "docker-hub, https://index.docker.io, false",
        "docker-0, https://index.docker.io/v2/, false",
        "docker-0, https://index.docker.io/v1/, true",
        "docker-0, https://gcr.io, true",
        "git-0, index.docker.io, true"
    })
    void refuseTheWrongAddressOfDockerHub(String key, String value, boolean right) {
        var annotation = "build.knative.dev/" + key;
        var problem = CredentialFlags.problem(
                BuildPodsTest.secret("hub", "kubernetes.io/basic-auth", Map.of(annotation, value)));

        assertThat(problem.stream().toList())
                .isEqualTo(
                        right
                                ? List.of()
                                : List.of("BadSecretAnnotation: Secret \"hub\" has incorrect annotation \"" + annotation
                                        + "\" / \"" + value + "\", value should be \"https://index.docker.io/v1/\""));
    }

    private static Map<String, String> annotations(String text) {
        var annotations = new TreeMap<String, String>();
        Arrays.stream(text.split(" "))
                .filter(pair -> !pair.isEmpty())
                .forEach(pair -> annotations.put(
                        "build.knative.dev/" + pair.substring(0, pair.indexOf('=')),
                        pair.substring(pair.indexOf('=') + 1)));
        return annotations;
    }
}
