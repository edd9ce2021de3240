package dev.sluice.app.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.build.Build;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushedSourceTest {
    private static final String OWNER = "{apiVersion: serving.knative.dev/v1, kind: %s, name: %s, uid: 4f}";

    @Test
    void isThatOfTheNewestBuildTheServiceWasDeployedFrom() {
        var builds = List.of(
                build("old", "2026-01-01T00:00:00Z", OWNER.formatted("Service", "site")),
                build("newest", "2026-01-03T00:00:00Z", OWNER.formatted("Service", "site")),
                build("older", "2026-01-02T00:00:00Z", OWNER.formatted("Service", "site")));

        assertThat(PushedSource.last(builds, "site").orElseThrow().getMetadata().getName())
                .isEqualTo("newest");
    }

    /** {@code sluice build --name site} changed what pushes to the service {@code site} built. */
    @Test
    void isNotThatOfAnImageOfTheSameName() {
        var builds = List.of(
                build("deployed", "2026-01-01T00:00:00Z", OWNER.formatted("Service", "site")),
                build("alone", "2026-01-02T00:00:00Z", ""),
                build("of-another", "2026-01-03T00:00:00Z", OWNER.formatted("Service", "other")),
                build("of-a-route", "2026-01-04T00:00:00Z", OWNER.formatted("Route", "site")));

        assertThat(PushedSource.last(builds, "site").orElseThrow().getMetadata().getName())
                .isEqualTo("deployed");
    }

    @Test
    void isNoneWithoutGit() {
        var custom = build("custom", "2026-01-01T00:00:00Z", OWNER.formatted("Service", "site"), "custom: {image: x}");

        assertThat(PushedSource.last(List.of(custom), "site")).isEmpty();
    }

    private static Build build(String name, String created, String owner) {
        return build(name, created, owner, "git: {url: http://x/y.git, revision: main}");
    }

    private static Build build(String name, String created, String owner, String source) {
        return Serialization.unmarshal("""
                metadata:
                  name: %s
                  creationTimestamp: "%s"
                  ownerReferences: [%s]
                spec:
                  source: {%s}
                """.formatted(name, created, owner, source), Build.class);
    }
}
