package dev.sluice.activities.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildResolverTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "source: {git: {revision: main}}|missing field(s): b.spec.source.git.url",
                "source: {git: {url: u}}|missing field(s): b.spec.source.git.revision",
                "source: {git: {}}|missing field(s): b.spec.source.git.url",
                "source: {gcs: {type: Archive}}|missing field(s): b.spec.source.gcs.location",
                "source: {custom: {name: mine, image: i}}|missing field(s): b.spec.source.name",
                "sources: [{name: a, git: {url: u, revision: r}}, {name: b, git: {url: u}}]|missing field(s): b.spec.source.git.revision",
                "volumes: [{name: workspace}]|expected exactly one, got both: volumes.name",
                "volumes: [{name: home}]|expected exactly one, got both: volumes.name",
                "volumes: [{name: v}, {name: v}]|expected exactly one, got both: volumes.name",
                "volumes: [{name: secret-volume-hub}]|expected exactly one, got both: volumes.name",
                "source: {git: {url: u}}, volumes: [{name: home}]|missing field(s): b.spec.source.git.revision"
            })
    void refusesWhatMakesNoPod(String fields, String problem) {
        assertThat(resolved(fields)).isEqualTo(new Resolution.Refused(problem));
    }

    @Test
    void takesWhatMakesOne() {
        assertThat(resolved("source: {custom: {image: i}}, volumes: [{name: v}, {name: secret-volume-other}]"))
                .isInstanceOf(Resolution.Ready.class);
        assertThat(resolved("sources: [{name: a, gcs: {location: l}}, {name: b, git: {url: u, revision: r}}]"))
                .isInstanceOf(Resolution.Ready.class);
    }

    private static Resolution resolved(String fields) {
        var build = BuildPodsTest.build("{steps: [{image: a}], " + fields + "}");
        var hub = BuildPodsTest.secret(
                "hub", "kubernetes.io/basic-auth", Map.of("build.knative.dev/docker-0", "https://gcr.io"));
        var unused = BuildPodsTest.secret("other", "Opaque", Map.of());
        return BuildResolver.checked(build, build.getSpec(), List.of(hub, unused));
    }
}
