package dev.sluice.serving.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.ServingLabels;
import dev.sluice.model.dataplane.GatewayControl;
import dev.sluice.model.dataplane.PodEndpoint;
import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.RouteTable;
import dev.sluice.model.dataplane.TableVersion;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodFeedTest {
    private static final RevisionId REVISION = new RevisionId("ns", "rev");

    private final List<Pod> pods = new ArrayList<>();
    private final PodFeed feed = new PodFeed(_ -> pods, new Nobody());

    /** The one pod as it is now. */
    private void pod(int restarts, boolean ready) {
        pods.clear();
        pods.add(new PodBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("pod")
                .withUid("uid")
                .addToLabels(ServingLabels.REVISION, "rev")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP("10.0.0.1")
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .addNewContainerStatus()
                .withRestartCount(restarts)
                .endContainerStatus()
                .endStatus()
                .build());
        feed.changed(pods.getFirst());
    }

    @Test
    void aPodThatAGatewayOpenedTakesRequestsUntilItsContainerRestarts() {
        pod(0, false);
        assertThat(feed.ready(REVISION)).isZero();
        feed.opened("uid");
        assertThat(feed.ready(REVISION)).isEqualTo(1);
        pod(0, false);
        assertThat(feed.ready(REVISION)).isEqualTo(1);

        pod(1, false);
        assertThat(feed.ready(REVISION)).isZero();
        feed.opened("uid");
        assertThat(feed.ready(REVISION)).isEqualTo(1);
    }

    @Test
    void aPodThatKubernetesCallsReadyIsReadyWhateverItsRestarts() {
        pod(0, true);
        pod(3, true);
        assertThat(feed.ready(REVISION)).isEqualTo(1);
    }

    /** No gateway. */
    private static final class Nobody implements GatewayControl {
        @Override
        public TableVersion program(RouteTable table) {
            return table.version();
        }

        @Override
        public void pods(RevisionId revision, List<PodEndpoint> endpoints) {}

        @Override
        public void cordon(RevisionId revision, Set<String> podUids) {}

        @Override
        public void uncordon(RevisionId revision, Set<String> podUids) {}

        @Override
        public boolean awaitDrained(RevisionId revision, Set<String> podUids, Duration limit) {
            return true;
        }
    }
}
