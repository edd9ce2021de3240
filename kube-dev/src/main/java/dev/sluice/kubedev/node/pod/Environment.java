package dev.sluice.kubedev.node.pod;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A container's variables: the image's, then envFrom, then env, each able to use those before it. */
final class Environment {

    private final KubernetesClient client;
    private final Pod pod;
    private final String podAddress;
    private final String hostAddress;
    private final Map<String, Quantity> allocatable;

    Environment(
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

    Map<String, String> of(Container container, Map<String, String> image) throws ConfigProblem {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        values.putAll(image);
        values.put(
                "HOSTNAME",
                Optional.ofNullable(pod.getSpec().getHostname())
                        .orElse(pod.getMetadata().getName()));
        apiServer(values);
        for (EnvFromSource source : Optional.ofNullable(container.getEnvFrom()).orElse(List.of())) {
            fromAll(source, values);
        }
        for (EnvVar variable : Optional.ofNullable(container.getEnv()).orElse(List.of())) {
            EnvVarSource from = variable.getValueFrom();
            if (from == null) {
                String value = Optional.ofNullable(variable.getValue()).orElse("");
                values.put(variable.getName(), Expansion.expand(value, values));
            } else {
                one(container, from).ifPresent(v -> values.put(variable.getName(), v));
            }
        }
        return values;
    }

    /** Where a client in the pod finds the API server; one on loopback is forwarded from the address of the host. */
    private void apiServer(Map<String, String> values) {
        var url = client.getMasterUrl();
        boolean loopback = url.getHost().equals("127.0.0.1") || url.getHost().equals("localhost");
        var port = Integer.toString(url.getPort() > 0 ? url.getPort() : url.getDefaultPort());
        values.put("KUBERNETES_SERVICE_HOST", loopback ? hostAddress : url.getHost());
        values.put("KUBERNETES_SERVICE_PORT", port);
        values.put("KUBERNETES_SERVICE_PORT_HTTPS", port);
    }

    private void fromAll(EnvFromSource source, Map<String, String> values) throws ConfigProblem {
        String prefix = Optional.ofNullable(source.getPrefix()).orElse("");
        if (source.getConfigMapRef() != null) {
            boolean optional = Boolean.TRUE.equals(source.getConfigMapRef().getOptional());
            configMap(source.getConfigMapRef().getName(), optional)
                    .ifPresent(m -> data(m).forEach((k, v) -> values.put(prefix + k, v)));
        }
        if (source.getSecretRef() != null) {
            boolean optional = Boolean.TRUE.equals(source.getSecretRef().getOptional());
            secret(source.getSecretRef().getName(), optional)
                    .ifPresent(s -> data(s).forEach((k, v) -> values.put(prefix + k, decode(v))));
        }
    }

    private Optional<String> one(Container container, EnvVarSource from) throws ConfigProblem {
        if (from.getFieldRef() != null) {
            String path = from.getFieldRef().getFieldPath();
            return Optional.of(PodFields.field(pod, path, podAddress, hostAddress)
                    .orElseThrow(() -> ConfigProblem.config("unsupported fieldPath: " + path)));
        }
        if (from.getResourceFieldRef() != null) {
            var ref = from.getResourceFieldRef();
            Container of = pod.getSpec().getContainers().stream()
                    .filter(c -> Objects.equals(c.getName(), ref.getContainerName()))
                    .findFirst()
                    .orElse(container);
            return Optional.of(PodFields.resource(of, ref, allocatable));
        }
        if (from.getConfigMapKeyRef() != null) {
            var ref = from.getConfigMapKeyRef();
            boolean optional = Boolean.TRUE.equals(ref.getOptional());
            Optional<ConfigMap> map = configMap(ref.getName(), optional);
            return key(map.map(Environment::data), ref.getKey(), optional, "ConfigMap", ref.getName());
        }
        if (from.getSecretKeyRef() != null) {
            var ref = from.getSecretKeyRef();
            boolean optional = Boolean.TRUE.equals(ref.getOptional());
            Optional<Secret> secret = secret(ref.getName(), optional);
            return key(secret.map(Environment::data), ref.getKey(), optional, "Secret", ref.getName())
                    .map(Environment::decode);
        }
        return Optional.empty();
    }

    private Optional<String> key(
            Optional<Map<String, String>> data, String key, boolean optional, String kind, String name)
            throws ConfigProblem {
        Optional<String> value = data.map(d -> d.get(key));
        if (value.isEmpty() && !optional) {
            throw ConfigProblem.config("couldn't find key " + key + " in " + kind + " "
                    + pod.getMetadata().getNamespace() + "/" + name);
        }
        return value;
    }

    private Optional<ConfigMap> configMap(String name, boolean optional) throws ConfigProblem {
        var found = Optional.ofNullable(client.configMaps()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get());
        if (found.isEmpty() && !optional) {
            throw ConfigProblem.config("configmap \"" + name + "\" not found");
        }
        return found;
    }

    private Optional<Secret> secret(String name, boolean optional) throws ConfigProblem {
        var found = Optional.ofNullable(client.secrets()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get());
        if (found.isEmpty() && !optional) {
            throw ConfigProblem.config("secret \"" + name + "\" not found");
        }
        return found;
    }

    private static Map<String, String> data(ConfigMap map) {
        return Optional.ofNullable(map.getData()).orElse(Map.of());
    }

    private static Map<String, String> data(Secret secret) {
        return Optional.ofNullable(secret.getData()).orElse(Map.of());
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
