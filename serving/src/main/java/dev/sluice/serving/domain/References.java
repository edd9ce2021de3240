package dev.sluice.serving.domain;

import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.DomainMappingSpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the in-cluster host that a DomainMapping refers to; says in upstream's words why there is none. */
final class References {
    /** What came of it. */
    sealed interface Result {
        /**
         * @param host in lower case, {@code {name}.{namespace}.svc.{clusterDomain}}
         * @param name of the Kubernetes Service behind it
         */
        record Found(String host, String name) implements Result {}

        record Failed(String message) implements Result {}
    }

    private final KubernetesClient client;
    private final String clusterDomain;

    References(KubernetesClient client, String clusterDomain) {
        this.client = client;
        this.clusterDomain = clusterDomain;
    }

    Result resolve(DomainMapping mapping) {
        var reference = mapping.getSpec().ref();
        var namespace = mapping.getMetadata().getNamespace();
        if (reference == null || reference.kind() == null || reference.name() == null) {
            return new Result.Failed("ref is missing");
        }
        var name = reference.name();
        if ("Service".equals(reference.kind()) && "v1".equals(reference.apiVersion())) {
            return checked(URI.create("http://" + name + "." + namespace + ".svc." + clusterDomain), namespace);
        }
        try {
            var version = version(reference);
            if (version == null) {
                return new Result.Failed("failed to get object " + namespace + "/" + name + ": no version of group "
                        + reference.group() + " is served");
            }
            var object = client.genericKubernetesResources(version, reference.kind())
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            if (object == null) {
                return new Result.Failed("failed to get object %s/%s: %s \"%s\" not found"
                        .formatted(namespace, name, plural(reference.kind(), version), name));
            }
            var url = url(object);
            return url == null
                    ? new Result.Failed(
                            "address not set for &ObjectReference{Kind:%s,Namespace:%s,Name:%s,UID:,APIVersion:%s,ResourceVersion:,FieldPath:,}"
                                    .formatted(reference.kind(), namespace, name, version))
                    : checked(URI.create(url), namespace);
        } catch (KubernetesClientException | IllegalArgumentException e) {
            return new Result.Failed("failed to get object " + namespace + "/" + name + ": " + e.getMessage());
        }
    }

    private Result checked(URI url, String namespace) {
        var path = Objects.requireNonNullElse(url.getPath(), "");
        if (!path.isEmpty() && !path.equals("/")) {
            return new Result.Failed("resolved URI \"" + url + "\" contains a path");
        }
        var host = Objects.requireNonNullElse(url.getHost(), "").toLowerCase(Locale.ROOT);
        var parts = host.split("\\.", 4);
        if (parts.length < 3 || !parts[2].equals("svc")) {
            return new Result.Failed(
                    "resolved URI \"" + url + "\" must be of the form {name}.{namespace}.svc." + clusterDomain);
        }
        if (!parts[1].equals(namespace)) {
            return new Result.Failed("resolved URI \"" + url + "\" must be in same namespace as DomainMapping");
        }
        return new Result.Found(host, parts[0]);
    }

    private @Nullable String version(DomainMappingSpec.Reference reference) {
        if (reference.apiVersion() != null && !reference.apiVersion().isEmpty()) {
            return reference.apiVersion();
        }
        var group = client.getApiGroup(reference.group());
        return group == null ? null : group.getPreferredVersion().getGroupVersion();
    }

    private static @Nullable String url(GenericKubernetesResource object) {
        return object.get("status", "address", "url");
    }

    private static String plural(String kind, String version) {
        int slash = version.indexOf('/');
        return kind.toLowerCase(Locale.ROOT) + "s" + (slash < 0 ? "" : "." + version.substring(0, slash));
    }
}
