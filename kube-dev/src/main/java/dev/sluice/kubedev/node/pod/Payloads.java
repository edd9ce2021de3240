package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes the files of configMap, secret, projected and downwardAPI volumes. */
final class Payloads {

    private final KubernetesClient client;
    private final Pod pod;
    private final String podAddress;
    private final String hostAddress;
    private final Map<String, Quantity> allocatable;

    Payloads(
            KubernetesClient client,
            Pod pod,
            String podAddress,
            String hostAddress,
            Map<String, Quantity> allocatable) {
        this.client = client;
        this.pod = pod;
        this.podAddress = podAddress;
        this.hostAddress = hostAddress;
        this.allocatable = allocatable;
    }

    static boolean isPayload(Volume volume) {
        return volume.getConfigMap() != null
                || volume.getSecret() != null
                || volume.getProjected() != null
                || volume.getDownwardAPI() != null;
    }

    /** Whether the volume holds what the named ConfigMap or Secret says. */
    static boolean refersTo(Volume volume, String kind, String name) {
        boolean map = kind.equals("ConfigMap");
        if (volume.getProjected() != null) {
            return Optional.ofNullable(volume.getProjected().getSources()).orElse(List.of()).stream()
                    .anyMatch(s -> map
                            ? s.getConfigMap() != null
                                    && name.equals(s.getConfigMap().getName())
                            : s.getSecret() != null && name.equals(s.getSecret().getName()));
        }
        return map
                ? volume.getConfigMap() != null
                        && name.equals(volume.getConfigMap().getName())
                : volume.getSecret() != null && name.equals(volume.getSecret().getSecretName());
    }

    Map<String, PayloadDirectory.Content> of(Volume volume) throws ConfigProblem {
        Map<String, PayloadDirectory.Content> files = new TreeMap<>();
        if (volume.getConfigMap() != null) {
            var v = volume.getConfigMap();
            configMap(v.getName(), v.getItems(), mode(v.getDefaultMode()), v.getOptional(), files);
        } else if (volume.getSecret() != null) {
            var v = volume.getSecret();
            secret(v.getSecretName(), v.getItems(), mode(v.getDefaultMode()), v.getOptional(), files);
        } else if (volume.getDownwardAPI() != null) {
            downward(
                    volume.getDownwardAPI().getItems(),
                    mode(volume.getDownwardAPI().getDefaultMode()),
                    files);
        } else if (volume.getProjected() != null) {
            int mode = mode(volume.getProjected().getDefaultMode());
            for (VolumeProjection source :
                    Optional.ofNullable(volume.getProjected().getSources()).orElse(List.of())) {
                project(source, mode, files);
            }
        }
        return files;
    }

    private static int mode(@Nullable Integer mode) {
        return mode == null ? 0644 : mode;
    }

    private void project(VolumeProjection source, int mode, Map<String, PayloadDirectory.Content> files)
            throws ConfigProblem {
        if (source.getConfigMap() != null) {
            var s = source.getConfigMap();
            configMap(s.getName(), s.getItems(), mode, s.getOptional(), files);
        } else if (source.getSecret() != null) {
            var s = source.getSecret();
            secret(s.getName(), s.getItems(), mode, s.getOptional(), files);
        } else if (source.getDownwardAPI() != null) {
            downward(source.getDownwardAPI().getItems(), mode, files);
        } else if (source.getServiceAccountToken() != null) {
            files.put(
                    source.getServiceAccountToken().getPath(),
                    new PayloadDirectory.Content(
                            token(source.getServiceAccountToken()).getBytes(StandardCharsets.UTF_8), mode));
        }
    }

    private String token(ServiceAccountTokenProjection projection) throws ConfigProblem {
        String account =
                Optional.ofNullable(pod.getSpec().getServiceAccountName()).orElse("default");
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(
                        Optional.ofNullable(projection.getExpirationSeconds()).orElse(3600L))
                .withNewBoundObjectRef(
                        "v1",
                        "Pod",
                        pod.getMetadata().getName(),
                        pod.getMetadata().getUid())
                .endSpec();
        Optional.ofNullable(projection.getAudience())
                .ifPresent(a -> request.editSpec().withAudiences(a).endSpec());
        TokenRequest answer = client.serviceAccounts()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(account)
                .tokenRequest(request.build());
        if (answer == null || answer.getStatus() == null) {
            throw new ConfigProblem("FailedMount", "failed to fetch token: no token for service account " + account);
        }
        return answer.getStatus().getToken();
    }

    private void configMap(
            String name,
            List<KeyToPath> items,
            int mode,
            @Nullable Boolean optional,
            Map<String, PayloadDirectory.Content> files)
            throws ConfigProblem {
        ConfigMap map = client.configMaps()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        if (map == null) {
            missing("configmap", name, optional);
            return;
        }
        Map<String, byte[]> data = new HashMap<>();
        Optional.ofNullable(map.getData())
                .ifPresent(d -> d.forEach((k, v) -> data.put(k, v.getBytes(StandardCharsets.UTF_8))));
        Optional.ofNullable(map.getBinaryData())
                .ifPresent(
                        d -> d.forEach((k, v) -> data.put(k, Base64.getDecoder().decode(v))));
        choose("configmap", name, data, items, mode, optional, files);
    }

    private void secret(
            String name,
            List<KeyToPath> items,
            int mode,
            @Nullable Boolean optional,
            Map<String, PayloadDirectory.Content> files)
            throws ConfigProblem {
        Secret secret = client.secrets()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get();
        if (secret == null) {
            missing("secret", name, optional);
            return;
        }
        Map<String, byte[]> data = new HashMap<>();
        Optional.ofNullable(secret.getData())
                .ifPresent(
                        d -> d.forEach((k, v) -> data.put(k, Base64.getDecoder().decode(v))));
        choose("secret", name, data, items, mode, optional, files);
    }

    private static void missing(String kind, String name, @Nullable Boolean optional) throws ConfigProblem {
        if (!Boolean.TRUE.equals(optional)) {
            throw new ConfigProblem("FailedMount", kind + " \"" + name + "\" not found");
        }
    }

    private static void choose(
            String kind,
            String name,
            Map<String, byte[]> data,
            @Nullable List<KeyToPath> items,
            int mode,
            @Nullable Boolean optional,
            Map<String, PayloadDirectory.Content> files)
            throws ConfigProblem {
        if (items == null || items.isEmpty()) {
            data.forEach((k, v) -> files.put(k, new PayloadDirectory.Content(v, mode)));
            return;
        }
        for (KeyToPath item : items) {
            byte[] value = data.get(item.getKey());
            if (value != null) {
                int own = item.getMode() == null ? mode : item.getMode();
                files.put(item.getPath(), new PayloadDirectory.Content(value, own));
            } else if (!Boolean.TRUE.equals(optional)) {
                throw new ConfigProblem(
                        "FailedMount", kind + " \"" + name + "\" references non-existent config key: " + item.getKey());
            }
        }
    }

    private void downward(
            @Nullable List<DownwardAPIVolumeFile> items, int mode, Map<String, PayloadDirectory.Content> files)
            throws ConfigProblem {
        for (DownwardAPIVolumeFile item : Optional.ofNullable(items).orElse(List.of())) {
            String value = "";
            if (item.getFieldRef() != null) {
                String path = item.getFieldRef().getFieldPath();
                value = PodFields.field(pod, path, podAddress, hostAddress)
                        .orElseThrow(() -> new ConfigProblem("FailedMount", "unsupported fieldPath: " + path));
            } else if (item.getResourceFieldRef() != null) {
                var ref = item.getResourceFieldRef();
                value = pod.getSpec().getContainers().stream()
                        .filter(c -> c.getName().equals(ref.getContainerName()))
                        .findFirst()
                        .map(c -> PodFields.resource(c, ref, allocatable))
                        .orElse("");
            }
            int own = item.getMode() == null ? mode : item.getMode();
            files.put(item.getPath(), new PayloadDirectory.Content(value.getBytes(StandardCharsets.UTF_8), own));
        }
    }
}
