package dev.sluice.app.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PushAgainTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @ParameterizedTest
    @CsvSource({
        "True, r/site@sha256:a, NOTHING",
        "True, r/site@sha256:b, DEPLOY",
        "True, '', DEPLOY",
        "False, r/site@sha256:b, BUILD",
        "Unknown, r/site@sha256:b, NOTHING"
    })
    void looksAtWhatTheServiceRuns(String succeeded, String running, PushAgain wanted) {
        assertThat(PushAgain.of(build("site", succeeded, ""), "site", running)).isEqualTo(wanted);
    }

    @Test
    void buildsAnewWhatIsBeingReplacedOrIsNotItsOwn() {
        assertThat(PushAgain.of(build("site", "Unknown", "Status: BuildCancelled"), "site", ""))
                .isEqualTo(PushAgain.BUILD);
        assertThat(PushAgain.of(build("other", "True", ""), "site", "")).isEqualTo(PushAgain.BUILD);
    }

    /** O, A and B were built, C is being built. */
    @ParameterizedTest
    @CsvSource({
        "b, b, false", // back from what runs
        "c, b, false", // back from what is being built
        "a, a, false", // forward again
        "o, b, true", // what brought A, told again
        "'', b, false",
        "x, b, false"
    })
    void tellsGoingBackFromWhatIsToldAgain(String before, String running, boolean old) {
        var all = List.of(pushed("o", "True"), pushed("a", "True"), pushed("b", "True"), pushed("c", "Unknown"));
        assertThat(PushAgain.isOld(new Push("main", COMMIT, before), all, "r/site@sha256:" + running))
                .isEqualTo(old);
    }

    private static Build pushed(String commit, String succeeded) {
        return Serialization.unmarshal("""
                metadata: {name: site-push-%s}
                spec: {source: {git: {url: "http://git/site", revision: "%s"}}}
                status:
                  conditions: [{type: Succeeded, status: "%s"}]
                  image: {name: "r/site:1", digest: "sha256:%s"}
                """.formatted(commit, commit, succeeded, commit), Build.class);
    }

    @ParameterizedTest
    @CsvSource({"1", "35", "36", "44", "45", "47", "48", "63"})
    void namesBuildsAndGroupsOfServicesWithLongNames(int length) {
        var service = "s".repeat(length);

        assertThat(PushNames.group(service)).matches("[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?");
        assertThat(PushNames.build(service, COMMIT, 99)).matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
        assertThat(PushNames.build(service, COMMIT, 1))
                .isEqualTo(PushNames.build(service, COMMIT, 1))
                .isNotEqualTo(PushNames.build(service, COMMIT, 2))
                .isNotEqualTo(PushNames.build(service.substring(1) + "t", COMMIT, 1));
        assertThat(PushNames.group(service)).isNotEqualTo(PushNames.group(service.substring(1) + "t"));
        assertThat(PushNames.build("site", COMMIT, 1)).isEqualTo("site-push-0123456789");
        assertThat(PushNames.build("site", COMMIT, 2)).isEqualTo("site-push-0123456789-2");
        assertThat(PushNames.group("site")).isEqualTo("push-site");
    }

    private static Build build(String service, String succeeded, String spec) {
        return Serialization.unmarshal("""
                metadata: {name: site-push-1, annotations: {build.sluice.dev/deploy: %s}}
                spec: {%s}
                status:
                  conditions: [{type: Succeeded, status: "%s"}]
                  image: {name: "r/site:1", digest: "sha256:a"}
                """.formatted(service, spec, succeeded), Build.class);
    }
}
