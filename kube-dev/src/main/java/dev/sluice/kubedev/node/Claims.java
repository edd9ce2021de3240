package dev.sluice.kubedev.node;

import dev.sluice.kubedev.node.image.Trees;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every claim that names no volume a folder of this machine: a volume made for that claim alone, which the control
 * plane then binds. Volume and folder go with the claim.
 */
final class Claims implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);

    private final KubernetesClient client;
    private final Path directory;
    private final String nodeName;
    private final SharedIndexInformer<PersistentVolumeClaim> informer;

    Claims(KubernetesClient client, Path directory, String nodeName) {
        this.client = client;
        this.directory = directory;
        this.nodeName = nodeName;
        this.informer = client.persistentVolumeClaims()
                .inAnyNamespace()
                .inform(
                        new ResourceEventHandler<>() {
                            @Override
                            public void onAdd(PersistentVolumeClaim claim) {
                                Thread.ofVirtual().name("sluice-node-claim").start(() -> serve(claim));
                            }

                            @Override
                            public void onUpdate(PersistentVolumeClaim before, PersistentVolumeClaim claim) {}

                            @Override
                            public void onDelete(PersistentVolumeClaim claim, boolean stale) {
                                Thread.ofVirtual().name("sluice-node-claim").start(() -> release(claim));
                            }
                        },
                        0);
    }

    private static String volumeName(PersistentVolumeClaim claim) {
        return "pvc-" + claim.getMetadata().getUid();
    }

    private void serve(PersistentVolumeClaim claim) {
        String named = claim.getSpec().getVolumeName();
        if ((named != null && !named.isEmpty()) || claim.getMetadata().getDeletionTimestamp() != null) {
            return;
        }
        String name = volumeName(claim);
        try {
            Path folder = Files.createDirectories(directory.resolve(name));
            Files.setAttribute(folder, "unix:mode", 0777);
            client.persistentVolumes()
                    .resource(new PersistentVolumeBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .addToAnnotations("pv.kubernetes.io/provisioned-by", "sluice.dev/" + nodeName)
                            .endMetadata()
                            .withNewSpec()
                            .withAccessModes(claim.getSpec().getAccessModes())
                            .withCapacity(claim.getSpec().getResources().getRequests())
                            .withStorageClassName(claim.getSpec().getStorageClassName())
                            .withVolumeMode("Filesystem")
                            .withPersistentVolumeReclaimPolicy("Retain")
                            .withNewHostPath(folder.toString(), "DirectoryOrCreate")
                            .withClaimRef(new ObjectReferenceBuilder()
                                    .withApiVersion("v1")
                                    .withKind("PersistentVolumeClaim")
                                    .withNamespace(claim.getMetadata().getNamespace())
                                    .withName(claim.getMetadata().getName())
                                    .withUid(claim.getMetadata().getUid())
                                    .build())
                            .endSpec()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != 409) {
                LOG.atWarn()
                        .addKeyValue("claim", claim.getMetadata().getName())
                        .setCause(e)
                        .log("a claim got no volume");
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("claim", claim.getMetadata().getName())
                    .setCause(e)
                    .log("a claim got no folder");
        }
    }

    private void release(PersistentVolumeClaim claim) {
        String name = volumeName(claim);
        Path folder = directory.resolve(name);
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            client.persistentVolumes().withName(name).delete();
            Trees.delete(folder);
        } catch (KubernetesClientException | IOException e) {
            LOG.atWarn().addKeyValue("volume", name).setCause(e).log("a released volume stays");
        }
    }

    @Override
    public void close() {
        informer.stop();
    }
}
