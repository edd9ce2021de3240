package dev.sluice.serving.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.Route;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficMigrationTest {
    @ParameterizedTest(name = "{0} of {1} with {2} served, created {3}, ready {4}, the Route says {5}")
    @CsvSource(delimiter = '|', textBlock = """
                    # phase      | candidate | served | created | latest ready | Route says | pending
                    Completed    | r2        | r2     | r2      | r2           | True       | false
                    Completed    | r1        | r1     | r2      | r1           | True       | false
                    Completed    | r1        | r1     | r2      | r2           | True       | true
                    Progressing  | r2        | r1     | r2      | r2           | Unknown    | false
                    Paused       | r2        | r1     | r2      | r2           | True       | false
                    Paused       | r2        | r1     | r3      | r3           | True       | true
                    RolledBack   | r2        | r1     | r2      | r2           | True       | false
                    RolledBack   | r2        | r1     | r3      | r2           | True       | false
                    RolledBack   | r2        | r1     | r3      | r3           | True       | true
                    RolledBack   | r2        | r1     | r2      | r1           | True       | false
                    Aborted      | r2        | r1     | r2      | r2           | False      | false
                    Aborted      | r2        | r1     | r3      | r2           | False      | true
                    Aborted      | r2        | r1     | r3      | r3           | False      | true
                    """)
    void whatARouteSaysOfAnEarlierRevisionDoesNotCount(
            String phase,
            String candidate,
            String served,
            String created,
            String latestReady,
            String said,
            boolean pending) {
        var route = Serialization.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Route
                spec: {traffic: [{latestRevision: true, configurationName: app, percent: 100}]}
                status:
                  traffic: [{latestRevision: true, revisionName: %s, percent: 100}]
                  rollout: {phase: %s, stableRevision: r1, candidateRevision: %s, percent: 0}
                """.formatted(served, phase, candidate), Route.class);
        var configuration = Serialization.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Configuration
                status: {latestCreatedRevisionName: %s, latestReadyRevisionName: %s}
                """.formatted(created, latestReady), Configuration.class);

        assertThat(TrafficMigration.pending(route, configuration, said)).isEqualTo(pending);
    }
}
