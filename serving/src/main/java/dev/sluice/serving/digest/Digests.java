package dev.sluice.serving.digest;

import dev.sluice.api.serving.ContainerDigest;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Resolves all images of a pod, once per revision: what runs later is what was there when the revision was made. */
public final class Digests {
    private final PullSecrets secrets;
    private final Registry registry;

    public Digests(KubernetesClient client, Registry registry) {
        this.secrets = new PullSecrets(client);
        this.registry = registry;
    }

    /** What came of it. */
    public sealed interface Result {
        /** In the order of the pod's containers. */
        record Resolved(List<ContainerDigest> containers, List<ContainerDigest> initContainers) implements Result {
            public Resolved {
                containers = List.copyOf(containers);
                initContainers = List.copyOf(initContainers);
            }
        }

        record Failed(String message) implements Result {}
    }

    public Result resolve(String namespace, PodSpec pod) throws InterruptedException {
        var containers = list(pod.getContainers());
        var initContainers = list(pod.getInitContainers());
        boolean given =
                Stream.concat(containers.stream(), initContainers.stream()).allMatch(c -> image(c).contains("@"));
        var credentials = given ? Keyring.empty() : secrets.of(namespace, pod);
        var resolved = new ArrayList<List<ContainerDigest>>();
        for (var group : List.of(containers, initContainers)) {
            var digests = new ArrayList<ContainerDigest>();
            for (var container : group) {
                switch (registry.resolve(image(container), credentials)) {
                    case RegistryAnswer.Resolved(String image) ->
                        digests.add(new ContainerDigest(container.getName(), image));
                    case RegistryAnswer.Failed(String message) -> {
                        return new Result.Failed(message);
                    }
                }
            }
            resolved.add(digests);
        }
        return new Result.Resolved(resolved.getFirst(), resolved.getLast());
    }

    private static String image(Container container) {
        return container.getImage() == null ? "" : container.getImage();
    }

    private static List<Container> list(@Nullable List<Container> containers) {
        return containers == null ? List.of() : containers;
    }
}
