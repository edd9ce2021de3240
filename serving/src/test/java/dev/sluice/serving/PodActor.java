package dev.sluice.serving;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plays a kubelet without running anything: a pod gets an address and is Ready at once, unless its image's name says what goes
 * wrong: {@code .../missing} cannot be pulled, {@code .../crash} exits with 3, {@code .../once} does so until it is
 * tried anew, {@code .../slow} never becomes Ready.
 */
final class PodActor implements AutoCloseable {
    private final KubernetesClient client;
    private final SharedIndexInformer<Pod> informer;
    private final Set<String> played = ConcurrentHashMap.newKeySet();

    PodActor(KubernetesClient client) {
        this.client = client;
        this.informer = client.pods().inAnyNamespace().inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                play(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod now) {
                play(now);
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {}
        });
    }

    @Override
    public void close() {
        informer.close();
    }

    private void play(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null
                || !played.add(pod.getMetadata().getUid())) {
            return;
        }
        var image = pod.getSpec().getContainers().getFirst().getImage();
        var name = pod.getSpec().getContainers().getFirst().getName();
        var status = new PodStatusBuilder()
                .withPhase("Running")
                .withPodIP("127.0.0.1")
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("True")
                .endCondition();
        boolean again = pod.getMetadata().getAnnotations() != null
                && pod.getMetadata().getAnnotations().containsKey("serving.sluice.dev/retry");
        if (image.contains("/missing")) {
            status.withPhase("Pending")
                    .addNewContainerStatus()
                    .withName(name)
                    .withImage(image)
                    .withImageID("")
                    .withRestartCount(0)
                    .withReady(false)
                    .withNewState()
                    .withNewWaiting()
                    .withReason("ImagePullBackOff")
                    .withMessage("Back-off pulling image \"" + image + "\"")
                    .endWaiting()
                    .endState()
                    .endContainerStatus();
        } else if (image.contains("/crash") || (image.contains("/once") && !again)) {
            status.addNewContainerStatus()
                    .withName(name)
                    .withImage(image)
                    .withImageID("")
                    .withRestartCount(1)
                    .withReady(false)
                    .withNewState()
                    .withNewWaiting()
                    .withReason("CrashLoopBackOff")
                    .endWaiting()
                    .endState()
                    .withNewLastState()
                    .withNewTerminated()
                    .withExitCode(3)
                    .withMessage("no such database")
                    .withReason("Error")
                    .endTerminated()
                    .endLastState()
                    .endContainerStatus();
        } else if (!image.contains("/slow")) {
            status.addNewCondition().withType("Ready").withStatus("True").endCondition();
        }
        try {
            client.resource(new PodBuilder()
                            .withMetadata(pod.getMetadata())
                            .withSpec(pod.getSpec())
                            .withStatus(status.build())
                            .build())
                    .patchStatus();
        } catch (KubernetesClientException _) {
            // it went while we looked
        }
    }
}
