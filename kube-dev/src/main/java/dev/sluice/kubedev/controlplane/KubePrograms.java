package dev.sluice.kubedev.controlplane;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.Programs;
import dev.sluice.processes.Programs.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The programs of the control plane, and kubectl: named, on PATH, cached, downloaded or compiled; in this order. */
record KubePrograms(Path etcd, Path apiserver, Path controllerManager, Path kubectl) {

    static final String KUBERNETES = "v1.34.4";
    static final String ETCD = "v3.6.5";

    private static final String NAMED = "SLUICE_KUBE_BIN";
    private static final String ADVICE = """
            Sluice needs etcd, kube-apiserver, kube-controller-manager and kubectl of Kubernetes 1.30 or newer. Do one of these:
              - put them on PATH, or name their folder in SLUICE_KUBE_BIN
              - install Go 1.24 or newer and start again with network access: they are compiled once, in about four minutes
              - name a mirror of the downloads in SLUICE_MIRROR (it has them at github.com/... and dl.k8s.io/...)""";

    static KubePrograms obtain(Env env, Consumer<String> progress) {
        return new KubePrograms(
                program("etcd", env, progress),
                program("kube-apiserver", env, progress),
                program("kube-controller-manager", env, progress),
                program("kubectl", env, progress));
    }

    private static Path program(String name, Env env, Consumer<String> progress) {
        var named =
                env.value(NAMED).map(folder -> Path.of(folder).toAbsolutePath().resolve(name));
        // kubectl is no part of the servers: a folder without one is complete.
        if (named.isPresent() && (Files.isExecutable(named.get()) || !name.equals("kubectl"))) {
            if (!Files.isExecutable(named.get())) {
                throw new EngineException("using " + NAMED + ": there is no program " + named.get());
            }
            return named.get();
        }
        var found = env.onPath(name);
        if (found.isPresent()) {
            return found.get();
        }
        var place = env.engines().resolve(version(name)).resolve(name);
        if (Files.isExecutable(place)) {
            return place;
        }
        var ways = new ArrayList<Way>();
        ways.add(new Way(
                "download",
                () -> once(env, progress, place, folder -> {
                    ReleaseDownload.fetch(name, env, folder, progress);
                })));
        ways.add(new Way(
                "compiling with Go",
                () -> once(env, progress, place, folder -> {
                    GoBuild.compile(name, env, folder, progress);
                })));
        return Programs.firstOf(name, ways, ADVICE, progress);
    }

    private static String version(String name) {
        return name.equals("etcd") ? "etcd-" + ETCD : "kubernetes-" + KUBERNETES;
    }

    @FunctionalInterface
    private interface InFolder {
        void leaveProgramIn(Path folder) throws IOException, InterruptedException;
    }

    private static Path once(Env env, Consumer<String> progress, Path place, InFolder work)
            throws IOException, InterruptedException {
        var cache = env.engines();
        return Programs.exclusively(cache.resolve("kubernetes.lock"), progress, () -> {
            if (Files.isExecutable(place)) {
                return place; // another run was faster
            }
            // Beside the cache, so that the last step is a rename within one file system.
            var folder = Files.createTempDirectory(cache, ".kubernetes-");
            try {
                work.leaveProgramIn(folder);
                return Programs.publish(folder.resolve(place.getFileName()), place);
            } finally {
                delete(folder);
            }
        });
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (var files = Files.walk(folder)) {
            all = files.sorted((a, b) -> b.compareTo(a)).toList();
        }
        for (var file : all) {
            Files.delete(file);
        }
    }
}
