package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.image.Trees;
import dev.sluice.kubedev.node.sandbox.Bind;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The folder of one pod on this machine: logs that stay until the pod is deleted, and what goes when it ends. */
public final class PodFiles {

    private final Path logs;
    private final Path run;
    private final Optional<String> nameServer;

    PodFiles(Path nodeDirectory, String podUid, Optional<String> nameServer) {
        this.logs = nodeDirectory.resolve("logs").resolve(podUid);
        this.run = nodeDirectory.resolve("pods").resolve(podUid);
        this.nameServer = nameServer;
    }

    Path volumes() throws IOException {
        return Files.createDirectories(run.resolve("volumes"));
    }

    Path instance(String container, String id) throws IOException {
        return Files.createDirectories(
                run.resolve("containers").resolve(container).resolve(id.substring(0, 12)));
    }

    /** A log for this instance; those of the current and the one before are kept. */
    ContainerLog log(String container, int attempt) throws IOException {
        Path folder = Files.createDirectories(logs.resolve(container));
        if (attempt >= 2) {
            Path old = folder.resolve(attempt - 2 + ".log");
            Files.deleteIfExists(old);
            Files.deleteIfExists(ContainerLog.rotated(old));
        }
        return new ContainerLog(folder.resolve(attempt + ".log"));
    }

    Path logFile(String container, int attempt) {
        return logs.resolve(container).resolve(attempt + ".log");
    }

    /** The number of the newest instance that was started here, from 0. */
    OptionalInt newestAttempt(String container) throws IOException {
        return newestAttempt(logs.resolve(container));
    }

    private static OptionalInt newestAttempt(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return OptionalInt.empty();
        }
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.matches("\\d+\\.log"))
                    .mapToInt(n -> Integer.parseInt(n.substring(0, n.length() - 4)))
                    .max();
        }
    }

    /** The log file of the newest instance, or of the one before it. */
    public static Optional<Path> newestLog(Path nodeDirectory, String podUid, String container, boolean previous)
            throws IOException {
        Path folder = nodeDirectory.resolve("logs").resolve(podUid).resolve(container);
        OptionalInt newest = newestAttempt(folder);
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.resolve((previous ? newest.getAsInt() - 1 : newest.getAsInt()) + ".log");
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    /** The files a kubelet gives every container: hosts, resolv.conf and the host's name. */
    List<Bind> binds(Container container, String address, Pod pod) throws IOException {
        Files.createDirectories(run);
        boolean hostNetwork = Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
        String hostname = hostname(pod);
        List<Bind> binds = new ArrayList<>();
        if (!hostNetwork) {
            add(binds, container, "/etc/hosts", hosts(address, hostname, pod));
        }
        if (!hostNetwork || "ClusterFirstWithHostNet".equals(pod.getSpec().getDnsPolicy())) {
            add(binds, container, "/etc/resolv.conf", resolver(pod));
        } else {
            binds.add(new Bind(Path.of("/etc/resolv.conf"), "/etc/resolv.conf", true));
        }
        add(binds, container, "/etc/hostname", hostname + "\n");
        return binds;
    }

    static String hostname(Pod pod) {
        String name = Optional.ofNullable(pod.getSpec().getHostname())
                .orElse(pod.getMetadata().getName());
        return name.length() > 63 ? name.substring(0, 63).replaceFirst("[.-]+$", "") : name;
    }

    private void add(List<Bind> binds, Container container, String path, String content) throws IOException {
        boolean mounted = Optional.ofNullable(container.getVolumeMounts()).orElse(List.<VolumeMount>of()).stream()
                .anyMatch(m -> path.equals(m.getMountPath()));
        if (!mounted) {
            Path file = run.resolve(path.substring(path.lastIndexOf('/') + 1));
            Files.writeString(file, content);
            Files.setAttribute(file, "unix:mode", 0644);
            binds.add(new Bind(file, path, false));
        }
    }

    private static String hosts(String address, String hostname, Pod pod) {
        StringBuilder text = new StringBuilder("""
                # Kubernetes-managed hosts file.
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::0\tip6-localnet
                fe00::0\tip6-mcastprefix
                fe00::1\tip6-allnodes
                fe00::2\tip6-allrouters
                """);
        String subdomain = pod.getSpec().getSubdomain();
        String full = subdomain == null || subdomain.isEmpty()
                ? ""
                : hostname + "." + subdomain + "." + pod.getMetadata().getNamespace() + ".svc.cluster.local\t";
        text.append(address).append('\t').append(full).append(hostname).append('\n');
        List<HostAlias> aliases =
                Optional.ofNullable(pod.getSpec().getHostAliases()).orElse(List.of());
        if (!aliases.isEmpty()) {
            text.append("\n# Entries added by HostAliases.\n");
        }
        aliases.forEach(a -> text.append(a.getIp())
                .append('\t')
                .append(String.join("\t", a.getHostnames()))
                .append('\n'));
        return text.toString();
    }

    private String resolver(Pod pod) throws IOException {
        String policy = Optional.ofNullable(pod.getSpec().getDnsPolicy()).orElse("ClusterFirst");
        StringBuilder text = new StringBuilder();
        if (policy.startsWith("ClusterFirst") && nameServer.isPresent()) {
            text.append("search ").append(pod.getMetadata().getNamespace());
            text.append(".svc.cluster.local svc.cluster.local cluster.local\nnameserver ");
            text.append(nameServer.get()).append("\noptions ndots:5\n");
        } else if (!policy.equals("None")) {
            text.append(Files.readString(Path.of("/etc/resolv.conf")));
        }
        PodDNSConfig config = pod.getSpec().getDnsConfig();
        if (config != null) {
            Optional.ofNullable(config.getNameservers())
                    .orElse(List.of())
                    .forEach(n -> text.append("nameserver ").append(n).append('\n'));
            List<String> searches = Optional.ofNullable(config.getSearches()).orElse(List.of());
            if (!searches.isEmpty()) {
                text.append("search ").append(String.join(" ", searches)).append('\n');
            }
            Optional.ofNullable(config.getOptions())
                    .orElse(List.of())
                    .forEach(o -> text.append("options ")
                            .append(o.getName())
                            .append(o.getValue() == null ? "" : ":" + o.getValue())
                            .append('\n'));
        }
        return text.toString();
    }

    void removeInstance(String container, String id) {
        ContainerStart.discard(run.resolve("containers").resolve(container).resolve(id.substring(0, 12)));
    }

    /** What earlier instances wrote, when none of them runs any more. */
    void removeInstances() {
        ContainerStart.discard(run.resolve("containers"));
    }

    /** Removes the folders of pods that are gone. */
    public static void sweep(Path nodeDirectory, Set<String> livingUids) throws IOException {
        for (String kind : List.of("logs", "pods")) {
            Path folder = Files.createDirectories(nodeDirectory.resolve(kind));
            try (var children = Files.newDirectoryStream(
                    folder, c -> !livingUids.contains(c.getFileName().toString()))) {
                for (Path child : children) {
                    ContainerStart.discard(child);
                }
            }
        }
    }

    /** Everything but the logs. */
    void removeRun() {
        ContainerStart.discard(run);
    }

    void removeAll() throws IOException {
        removeRun();
        Trees.delete(logs);
    }
}
