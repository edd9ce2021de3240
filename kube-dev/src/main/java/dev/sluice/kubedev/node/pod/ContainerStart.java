package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.Credentials;
import dev.sluice.kubedev.node.image.ImageConfig;
import dev.sluice.kubedev.node.image.ImageException;
import dev.sluice.kubedev.node.image.ImageReference;
import dev.sluice.kubedev.node.image.ImageStore;
import dev.sluice.kubedev.node.image.RootDirectory;
import dev.sluice.kubedev.node.image.Trees;
import dev.sluice.kubedev.node.sandbox.Bind;
import dev.sluice.kubedev.node.sandbox.ContainerProcess;
import dev.sluice.kubedev.node.sandbox.Launch;
import dev.sluice.kubedev.node.sandbox.Limits;
import dev.sluice.kubedev.node.sandbox.Sandboxes.PodSandbox;
import dev.sluice.processes.EngineException;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The work of starting one container instance: its image, its environment, its files, its process. Runs off the pod's thread. */
final class ContainerStart {

    /** How it went. */
    sealed interface Result {
        record Started(
                ContainerProcess process,
                String id,
                ContainerLog log,
                Path terminationLog,
                ImageStore.Image image,
                String stopSignal)
                implements Result {}

        record NoImage(String reason, String message) implements Result {}

        record BadConfig(String reason, String message) implements Result {}

        /** The image and the configuration are fine, but its program cannot be run. */
        record CannotRun(String id, String message, ImageStore.Image image) implements Result {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(ContainerStart.class);

    private final NodeContext node;
    private final Pod pod;
    private final Container spec;
    private final String fieldPath;
    private final int attempt;
    private final PodSandbox sandbox;
    private final PodFiles files;
    private final Volumes volumes;

    ContainerStart(
            NodeContext node, Pod pod, ContainerRecord record, PodSandbox sandbox, PodFiles files, Volumes volumes) {
        this.node = node;
        this.pod = pod;
        this.spec = record.spec;
        this.fieldPath = record.fieldPath();
        this.attempt = record.restartCount;
        this.sandbox = sandbox;
        this.files = files;
        this.volumes = volumes;
    }

    Result run() {
        try {
            return attempt();
        } catch (RuntimeException e) { // tried again, and told: a container that nobody answers for cannot be deleted
            LOG.atError()
                    .addKeyValue("pod", pod.getMetadata().getName())
                    .addKeyValue("container", spec.getName())
                    .setCause(e)
                    .log("a container could not be started");
            node.events().warning(pod, Optional.of(fieldPath), "Failed", "Error: " + e);
            return new Result.BadConfig("CreateContainerError", e.toString());
        }
    }

    private Result attempt() {
        String text = String.valueOf(spec.getImage());
        Optional<ImageReference> reference = ImageReference.parse(text);
        if (reference.isEmpty()) {
            String message = "Failed to apply default image tag \"" + text + "\": couldn't parse image name \"" + text
                    + "\": invalid reference format";
            node.events().warning(pod, Optional.of(fieldPath), "InspectFailed", message);
            return new Result.NoImage("InvalidImageName", message);
        }
        ImageStore.Image image;
        try {
            image = image(reference.get(), text);
        } catch (ConfigProblem e) {
            return new Result.NoImage(e.reason(), e.text());
        } catch (ImageException e) {
            String message = "Failed to pull image \"" + text + "\": " + e.getMessage();
            node.events().warning(pod, Optional.of(fieldPath), "Failed", message);
            node.events().warning(pod, Optional.of(fieldPath), "Failed", "Error: ErrImagePull");
            return new Result.NoImage("ErrImagePull", String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            return new Result.NoImage("ErrImagePull", "reading the pull secrets: " + e.getMessage());
        }
        try {
            return start(image);
        } catch (ConfigProblem e) {
            node.events().warning(pod, Optional.of(fieldPath), "Failed", "Error: " + e.text());
            return new Result.BadConfig(e.reason(), e.text());
        } catch (IOException | EngineException e) {
            node.events().warning(pod, Optional.of(fieldPath), "Failed", "Error: " + e.getMessage());
            return new Result.BadConfig("CreateContainerError", String.valueOf(e.getMessage()));
        } catch (
                KubernetesClientException e) { // the API server is away for long: tried again, as what it has is needed
            return new Result.BadConfig("CreateContainerConfigError", String.valueOf(e.getMessage()));
        }
    }

    private ImageStore.Image image(ImageReference reference, String text) throws ImageException, ConfigProblem {
        String policy =
                Optional.ofNullable(spec.getImagePullPolicy()).orElse(reference.floating() ? "Always" : "IfNotPresent");
        Optional<ImageStore.Image> here = node.images().find(reference);
        if (!policy.equals("Always") && here.isPresent()) {
            node.events()
                    .normal(
                            pod,
                            Optional.of(fieldPath),
                            "Pulled",
                            "Container image \"" + text + "\" already present on machine");
            return here.get();
        }
        if (policy.equals("Never")) {
            String message = "Container image \"" + text + "\" is not present with pull policy of Never";
            node.events().warning(pod, Optional.of(fieldPath), "ErrImageNeverPull", message);
            throw new ConfigProblem("ErrImageNeverPull", message);
        }
        node.events().normal(pod, Optional.of(fieldPath), "Pulling", "Pulling image \"" + text + "\"");
        long start = System.nanoTime();
        ImageStore.Image image = node.images().pull(reference, credentials());
        long millis = (System.nanoTime() - start) / 1_000_000;
        node.events()
                .normal(
                        pod,
                        Optional.of(fieldPath),
                        "Pulled",
                        "Successfully pulled image \"" + text + "\" in " + millis + "ms (" + millis
                                + "ms including waiting). Image size: " + image.bytes() + " bytes.");
        return image;
    }

    private Credentials credentials() {
        Credentials credentials = Credentials.none();
        String namespace = pod.getMetadata().getNamespace();
        for (LocalObjectReference secret :
                Optional.ofNullable(pod.getSpec().getImagePullSecrets()).orElse(List.of())) {
            var found = node.client()
                    .secrets()
                    .inNamespace(namespace)
                    .withName(secret.getName())
                    .get();
            if (found == null) {
                node.events()
                        .warning(
                                pod,
                                Optional.empty(),
                                "FailedToRetrieveImagePullSecret",
                                "Unable to retrieve some image pull secrets (" + secret.getName()
                                        + "); attempting to pull the image may not succeed.");
            } else {
                credentials.add(found);
            }
        }
        return credentials;
    }

    private Result start(ImageStore.Image image) throws ConfigProblem, IOException {
        ImageConfig config = image.config();
        Map<String, String> environment = new Environment(
                        node.client(), pod, sandbox.address(), node.hostAddress(), node.allocatable())
                .of(spec, config.environment());
        Launch.Identity identity = UserLookup.identity(pod.getSpec(), spec, config.user(), image.rootfs());
        environment.putIfAbsent("HOME", identity.user() == 0 ? "/root" : "/");
        List<String> command = command(config, environment);
        String id = UUID.randomUUID().toString().replace("-", "");
        if (command.isEmpty()) {
            return new Result.BadConfig("CreateContainerError", "no command specified");
        }
        Path directory = files.instance(spec.getName(), id);
        Path terminationLog = directory.resolve("termination-log");
        Files.createFile(terminationLog);
        Files.setAttribute(terminationLog, "unix:mode", 0666);
        List<Bind> binds = new ArrayList<>(files.binds(spec, sandbox.address(), pod));
        binds.addAll(volumes.binds(pod, spec, environment));
        String terminationPath =
                Optional.ofNullable(spec.getTerminationMessagePath()).orElse("/dev/termination-log");
        binds.add(new Bind(terminationLog, terminationPath, false));
        if (node.sandboxes().plain()) { // the path that every program knows is not this process's own: it is told where
            environment.putIfAbsent("SLUICE_TERMINATION_LOG", terminationPath);
        }
        String workingDirectory = Optional.ofNullable(spec.getWorkingDir())
                .filter(w -> !w.isEmpty())
                .orElse(config.workingDirectory());
        if (!node.sandboxes().plain()
                && !found(command.getFirst(), environment, image.rootfs(), binds, workingDirectory)) {
            String message = "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
                    + "runc create failed: unable to start container process: error during container init: exec: \""
                    + command.getFirst() + "\": "
                    + (command.getFirst().contains("/")
                            ? "stat " + command.getFirst() + ": no such file or directory"
                            : "executable file not found in $PATH");
            node.events().normal(pod, Optional.of(fieldPath), "Created", "Created container: " + spec.getName());
            node.events().warning(pod, Optional.of(fieldPath), "Failed", "Error: " + message);
            return new Result.CannotRun(id, message, image);
        }
        SecurityContext security =
                Optional.ofNullable(spec.getSecurityContext()).orElseGet(SecurityContext::new);
        ContainerLog log = files.log(spec.getName(), attempt);
        node.events().normal(pod, Optional.of(fieldPath), "Created", "Created container: " + spec.getName());
        ContainerProcess process = sandbox.start(new Launch(
                id,
                image.rootfs(),
                directory,
                command,
                environment,
                workingDirectory,
                identity,
                Boolean.TRUE.equals(security.getReadOnlyRootFilesystem()),
                Boolean.TRUE.equals(security.getPrivileged()),
                binds,
                limits(),
                log));
        node.events().normal(pod, Optional.of(fieldPath), "Started", "Started container " + spec.getName());
        return new Result.Started(
                process, id, log, terminationLog, image, config.stopSignal().orElse("TERM"));
    }

    private List<String> command(ImageConfig config, Map<String, String> environment) {
        List<String> command = Optional.ofNullable(spec.getCommand()).orElse(List.of());
        List<String> arguments = Optional.ofNullable(spec.getArgs()).orElse(List.of());
        List<String> all = new ArrayList<>();
        if (!command.isEmpty()) {
            command.forEach(c -> all.add(Expansion.expand(c, environment)));
            arguments.forEach(a -> all.add(Expansion.expand(a, environment)));
            return all;
        }
        all.addAll(config.entrypoint());
        if (arguments.isEmpty()) {
            all.addAll(config.command());
        } else {
            arguments.forEach(a -> all.add(Expansion.expand(a, environment)));
        }
        return all;
    }

    /** Whether the program exists inside, so that its absence is told as a runtime tells it. */
    private static boolean found(
            String program, Map<String, String> environment, Path rootfs, List<Bind> binds, String workingDirectory)
            throws IOException {
        List<String> candidates = new ArrayList<>();
        if (program.contains("/")) {
            candidates.add(program.startsWith("/") ? program : workingDirectory + "/" + program);
        } else {
            for (String dir : environment.getOrDefault("PATH", "").split(":", -1)) {
                candidates.add(dir + "/" + program);
            }
        }
        RootDirectory root = new RootDirectory(rootfs);
        for (String candidate : candidates) {
            if (binds.stream().anyMatch(b -> Path.of(candidate).startsWith(b.path()) && Files.isDirectory(b.host()))) {
                return true;
            }
            Path real = root.resolve(candidate);
            if (Files.exists(real) && !Files.isDirectory(real)) {
                return true;
            }
        }
        return false;
    }

    private Limits limits() {
        var resources = spec.getResources();
        Map<String, Quantity> limits =
                resources == null || resources.getLimits() == null ? Map.of() : resources.getLimits();
        Map<String, Quantity> requests =
                resources == null || resources.getRequests() == null ? Map.of() : resources.getRequests();
        return new Limits(amount(limits, "memory", 1), amount(limits, "cpu", 1000), amount(requests, "cpu", 1000));
    }

    private static OptionalLong amount(Map<String, Quantity> quantities, String name, int factor) {
        Quantity quantity = quantities.get(name);
        return quantity == null
                ? OptionalLong.empty()
                : OptionalLong.of(quantity.getNumericalAmount()
                        .multiply(java.math.BigDecimal.valueOf(factor))
                        .longValue());
    }

    static void discard(Path directory) {
        try {
            Trees.delete(directory);
        } catch (IOException e) {
            org.slf4j.LoggerFactory.getLogger(ContainerStart.class)
                    .atDebug()
                    .addKeyValue("directory", directory)
                    .setCause(e)
                    .log("what a container wrote was not all removed");
        }
    }
}
