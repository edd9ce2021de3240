package dev.sluice.kubedev.controlplane;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Compiles the programs from their Go modules, pinned by the go.mod and go.sum that are this package's resources. */
final class GoBuild {

    private static final Duration AT_MOST = Duration.ofMinutes(30);
    private static final int PACKAGES_PER_LINE = 200;

    private GoBuild() {}

    /** Leaves the program under its own name in the folder. */
    static void compile(String name, Env env, Path folder, Consumer<String> progress)
            throws IOException, InterruptedException {
        var go = env.onPath("go").orElseThrow(() -> new EngineException("go is not on PATH"));
        boolean etcd = name.equals("etcd");
        var sources = Files.createDirectory(folder.resolve("sources"));
        for (var file : etcd ? List.of("go.mod", "go.sum", "main.go") : List.of("go.mod", "go.sum", "programs.go")) {
            var resource = (etcd ? "etcd/" : "kubernetes/") + file + ".txt";
            try (var in = GoBuild.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("no resource " + resource);
                }
                Files.copy(in, sources.resolve(file));
            }
        }
        progress.accept("compiling " + name + " " + (etcd ? KubePrograms.ETCD : KubePrograms.KUBERNETES)
                + " with Go; the first time takes a minute or two");
        var compiled = new AtomicInteger();
        // -v prints one line for each package that is not in Go's own cache.
        Programs.run(
                List.of(
                        go.toString(),
                        "build",
                        "-v",
                        "-trimpath",
                        "-ldflags",
                        etcd ? "-s -w" : stamped(),
                        "-o",
                        folder.resolve(name).toString(),
                        etcd ? "." : "k8s.io/kubernetes/cmd/" + name),
                sources,
                Map.of("CGO_ENABLED", "0", "GOFLAGS", "-mod=mod -buildvcs=false"),
                AT_MOST,
                _ -> {
                    int n = compiled.incrementAndGet();
                    if (n % PACKAGES_PER_LINE == 0) {
                        progress.accept("compiling " + name + ": " + n + " packages");
                    }
                });
    }

    private static String stamped() {
        var number = KubePrograms.KUBERNETES.substring(1).split("\\.", -1);
        var version = "k8s.io/component-base/version";
        return "-s -w -X " + version + ".gitVersion=" + KubePrograms.KUBERNETES + " -X " + version + ".gitMajor="
                + number[0] + " -X " + version + ".gitMinor=" + number[1];
    }
}
