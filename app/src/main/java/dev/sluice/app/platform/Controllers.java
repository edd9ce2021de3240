package dev.sluice.app.platform;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.time.Duration;
import java.util.List;

/** The reconcilers that java-operator-sdk runs. */
final class Controllers implements AutoCloseable {
    private final Operator operator;

    Controllers(KubernetesClient client) {
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withReconciliationTerminationTimeout(Duration.ofSeconds(5)));
    }

    void add(List<? extends Reconciler<?>> reconcilers) {
        for (var reconciler : reconcilers) {
            operator.register(reconciler);
        }
    }

    void start() {
        operator.start();
    }

    @Override
    public void close() {
        operator.stop();
    }
}
