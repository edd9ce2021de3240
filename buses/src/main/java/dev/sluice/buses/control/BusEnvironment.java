package dev.sluice.buses.control;

import dev.sluice.api.channels.BusSpec;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a bus is told through the environment of its dispatcher: literal values, and those of ConfigMaps and Secrets, mounted ones
 * too.
 */
final class BusEnvironment {
    private final KubernetesClient client;
    private final String namespace;
    private final Map<String, String> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    private BusEnvironment(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    /**
     * @param namespace of the ConfigMaps and Secrets
     * @throws IllegalArgumentException with everything that is missing
     */
    static Map<String, String> of(@Nullable BusSpec spec, String namespace, KubernetesClient client) {
        var dispatcher = spec == null ? null : spec.dispatcher();
        if (spec == null || dispatcher == null) {
            return Map.of();
        }
        var environment = new BusEnvironment(client, namespace);
        Optional.ofNullable(dispatcher.getEnvFrom()).orElse(List.of()).forEach(environment::add);
        Optional.ofNullable(dispatcher.getEnv()).orElse(List.of()).forEach(environment::add);
        MountedFiles.read(environment.values, dispatcher.getVolumeMounts(), spec.volumes(), environment::files);
        if (!environment.problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", environment.problems));
        }
        return environment.values;
    }

    private void add(EnvFromSource from) {
        var prefix = from.getPrefix() == null ? "" : from.getPrefix();
        if (from.getConfigMapRef() != null) {
            var name = from.getConfigMapRef().getName();
            add(
                    prefix,
                    configMap(name),
                    "ConfigMap",
                    name,
                    from.getConfigMapRef().getOptional());
        }
        if (from.getSecretRef() != null) {
            var name = from.getSecretRef().getName();
            add(prefix, secret(name), "Secret", name, from.getSecretRef().getOptional());
        }
    }

    private void add(
            String prefix, Optional<Map<String, String>> data, String kind, String name, @Nullable Boolean optional) {
        data.ifPresentOrElse(
                found -> found.forEach((key, value) -> values.put(prefix + key, value)),
                () -> missing(kind + " " + namespace + "/" + name + " does not exist", optional));
    }

    private void add(EnvVar variable) {
        var from = variable.getValueFrom();
        if (from == null) {
            values.put(variable.getName(), variable.getValue() == null ? "" : variable.getValue());
        } else if (from.getConfigMapKeyRef() != null) {
            var ref = from.getConfigMapKeyRef();
            add(variable, configMap(ref.getName()), "ConfigMap", ref.getName(), ref.getKey(), ref.getOptional());
        } else if (from.getSecretKeyRef() != null) {
            var ref = from.getSecretKeyRef();
            add(variable, secret(ref.getName()), "Secret", ref.getName(), ref.getKey(), ref.getOptional());
        }
    }

    private void add(
            EnvVar variable,
            Optional<Map<String, String>> data,
            String kind,
            String name,
            String key,
            @Nullable Boolean optional) {
        var value = data.map(found -> found.get(key));
        if (value.isPresent()) {
            values.put(variable.getName(), value.get());
        } else {
            missing(
                    variable.getName() + ": " + kind + " " + namespace + "/" + name
                            + (data.isPresent() ? " has no key " + key : " does not exist"),
                    optional);
        }
    }

    private Optional<Map<String, String>> files(Volume volume) {
        if (volume.getSecret() != null) {
            return secret(volume.getSecret().getSecretName());
        }
        return volume.getConfigMap() == null
                ? Optional.empty()
                : configMap(volume.getConfigMap().getName());
    }

    private void missing(String problem, @Nullable Boolean optional) {
        if (!Boolean.TRUE.equals(optional)) {
            problems.add(problem);
        }
    }

    private Optional<Map<String, String>> configMap(String name) {
        return Optional.ofNullable(client.configMaps()
                        .inNamespace(namespace)
                        .withName(name)
                        .get())
                .map(map -> map.getData() == null ? Map.of() : map.getData());
    }

    private Optional<Map<String, String>> secret(String name) {
        return Optional.ofNullable(
                        client.secrets().inNamespace(namespace).withName(name).get())
                .map(secret -> {
                    var data = new HashMap<String, String>();
                    if (secret.getData() != null) {
                        secret.getData()
                                .forEach((key, value) -> data.put(
                                        key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
                    }
                    return data;
                });
    }
}
