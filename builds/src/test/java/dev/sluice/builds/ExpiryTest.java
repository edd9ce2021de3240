package dev.sluice.builds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void keepsForEverWhatSaysNothing() {
        var old = ended("old", "", "2000-01-01T00:00:00Z");

        assertThat(expired(old, List.of(old, ended("other", "", "1999-01-01T00:00:00Z"))))
                .isEmpty();
        assertThat(Expiry.next(old, NOON)).isEmpty();
    }

    @Test
    void keepsABuildForAsLongAsItSaysAfterItsEnd() {
        var build = ended("b", "age: 1h", "2026-01-01T11:30:00Z");

        assertThat(expired(build, List.of(build))).isEmpty();
        assertThat(Expiry.next(build, NOON)).contains(Duration.ofMinutes(30));
        assertThat(Expiry.of(build, List.of(build), NOON.plusSeconds(1799))).isEmpty();
        assertThat(Expiry.of(build, List.of(build), NOON.plusSeconds(1800))).containsExactly(build);
        assertThat(Expiry.next(build, NOON.plusSeconds(7200))).contains(Duration.ZERO);
    }

    @Test
    void countsTheAgeFromTheCreationWhereNoEndIsTold() {
        var build = build("b", "age: 1h", "2026-01-01T11:30:00Z", "True", null);

        assertThat(Expiry.next(build, NOON)).contains(Duration.ofMinutes(30));
    }

    @Test
    void deletesNoOtherBuildForItsAge() {
        var build = ended("b", "age: 1h", "2026-01-01T10:00:00Z");

        assertThat(expired(build, List.of(build, ended("c", "age: 1h", "2026-01-01T09:00:00Z"))))
                .containsExactly("b");
    }

    @Test
    void keepsTheNewestOfThoseThatHaveEnded() {
        var all = List.of(
                ended("second", "count: 2", "2026-01-01T10:00:00Z"),
                ended("oldest", "count: 2", "2026-01-01T08:00:00Z"),
                ended("newest", "count: 2", "2026-01-01T11:00:00Z"),
                ended("third", "count: 2", "2026-01-01T09:00:00Z"));

        assertThat(expired(all.getFirst(), all)).containsExactlyInAnyOrder("third", "oldest");
    }

    @Test
    void countsNeitherWhatRunsNorOtherGroupsNorWhatSaysNothing() {
        var build = ended("b", "count: 1", "2026-01-01T08:00:00Z");
        var all = List.of(
                build,
                build("runs", "count: 1", "2026-01-01T11:00:00Z", "Unknown", null),
                ended("group", "{count: 1, group: g}", "2026-01-01T11:00:00Z"),
                ended("silent", "", "2026-01-01T11:00:00Z"));

        assertThat(expired(build, all)).isEmpty();
        assertThat(expired(ended("h", "{count: 0, group: g}", "2026-01-01T11:30:00Z"), all))
                .containsExactly("group");
    }

    @Test
    void keepsNoneWhereTheCountIsZero() {
        var build = ended("b", "count: 0", "2026-01-01T11:59:59Z");

        assertThat(expired(build, List.of(build))).containsExactly("b");
    }

    @Test
    void namesABuildOnceThatIsTooOldAndOneTooMany() {
        var build = ended("b", "{count: 0, age: 1m}", "2026-01-01T10:00:00Z");

        assertThat(expired(build, List.of(build))).containsExactly("b");
    }

    private static List<String> expired(Build ended, Collection<Build> all) {
        return Expiry.of(ended, all, NOON).stream()
                .map(b -> b.getMetadata().getName())
                .toList();
    }

    private static Build ended(String name, String retention, String end) {
        return build(name, retention, "2000-01-01T00:00:00Z", "True", end);
    }

    private static Build build(String name, String retention, String created, String succeeded, @Nullable String end) {
        return Serialization.unmarshal(
                """
                apiVersion: build.knative.dev/v1alpha1
                kind: Build
                metadata: {namespace: n, name: %1$s, uid: uid-of-%1$s, creationTimestamp: "%2$s"}
                spec: {%3$s}
                status: {%4$s conditions: [{type: Succeeded, status: "%5$s"}]}
                """.formatted(
                        name,
                        created,
                        retention.isEmpty()
                                ? ""
                                : "retention: " + (retention.startsWith("{") ? retention : "{" + retention + "}"),
                        end == null ? "" : "completionTime: \"" + end + "\",",
                        succeeded),
                Build.class);
    }
}
