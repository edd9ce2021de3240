package dev.sluice.kubedev.controlplane;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.Programs;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** The official releases, checked against the digests published beside them. */
final class ReleaseDownload {

    private ReleaseDownload() {}

    /** Leaves the program under its own name in the folder. */
    static void fetch(String name, Env env, Path folder, Consumer<String> progress)
            throws IOException, InterruptedException {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            throw new EngineException("there are releases for Linux only");
        }
        var arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        if (name.equals("etcd")) {
            var file = "etcd-" + KubePrograms.ETCD + "-linux-" + arch + ".tar.gz";
            var base = "https://github.com/etcd-io/etcd/releases/download/" + KubePrograms.ETCD + "/";
            var archive = folder.resolve(file);
            verified(env.fetched(base + file), env.fetched(base + "SHA256SUMS"), file, archive, progress);
            Programs.extract(archive, name, folder.resolve(name));
        } else {
            var address = "https://dl.k8s.io/release/" + KubePrograms.KUBERNETES + "/bin/linux/" + arch + "/" + name;
            verified(env.fetched(address), env.fetched(address + ".sha256"), "", folder.resolve(name), progress);
        }
    }

    private static void verified(URI from, URI digests, String file, Path to, Consumer<String> progress)
            throws IOException, InterruptedException {
        var expected = to.resolveSibling("expected.sha256");
        Programs.download(digests, expected, progress);
        String digest = Programs.download(from, to, progress);
        if (Files.readAllLines(expected).stream().noneMatch(line -> line.startsWith(digest) && line.endsWith(file))) {
            throw new EngineException("verifying " + from + ": its SHA-256 " + digest + " is not in " + digests);
        }
    }
}
