package dev.sluice.app.state;

import dev.sluice.processes.Env;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The folder of one instance. Only its owner reads it: kubeconfigs and keys are in there. */
public record StateDir(Path root) {
    /** The longest path a Unix socket may have is about 107 bytes. */
    private static final int LONGEST_SOCKET_PATH = 100;

    /** etcd's write-ahead log alone takes 64 MB ahead, and a built image about 200. */
    private static final long ROOM = 512L << 20;

    public StateDir {
        root = root.toAbsolutePath().normalize();
    }

    /** The folder given, else {@code SLUICE_HOME}, else the XDG state folder. */
    public static StateDir of(@Nullable Path given, Env env) {
        if (given != null) {
            return new StateDir(given);
        }
        return new StateDir(env.value("SLUICE_HOME")
                .map(Path::of)
                .or(() -> env.value("XDG_STATE_HOME").map(home -> Path.of(home, "sluice")))
                .orElseGet(() -> Path.of(
                        env.value("HOME").orElse(System.getProperty("user.home")), ".local", "state", "sluice")));
    }

    /** Throws when the folder cannot be made or written, or when it is on a disk without room for what every instance writes. */
    public StateDir create() {
        try {
            Files.createDirectories(root);
            if (Files.getFileStore(root).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            }
            Files.delete(Files.createTempFile(root, "trial", null));
            long room = Files.getFileStore(root).getUsableSpace();
            if (room < ROOM) {
                throw new FileSystemException(
                        root.toString(),
                        null,
                        "its disk has " + (room >> 20) + " MB left and " + (ROOM >> 20) + " MB are needed to start");
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("preparing the state folder " + root, e);
        }
    }

    public Path lock() {
        return root.resolve("lock");
    }

    public Path instance() {
        return root.resolve("instance.properties");
    }

    public Path log() {
        return root.resolve("sluice.log");
    }

    public Path kube() {
        return root.resolve("kube");
    }

    public Path temporal() {
        return root.resolve("temporal");
    }

    public Path webhookKeys() {
        return root.resolve("webhook.p12");
    }

    public Path repositories() {
        return root.resolve("git");
    }

    /** The project of the demo, kept for its user to go on with. */
    public Path demo() {
        return root.resolve("demo");
    }

    public Path buildLogs() {
        return root.resolve("build-logs");
    }

    /** Whom clients of the API trust, PEM. */
    public Path apiAuthority() {
        return root.resolve("api.ca.pem");
    }

    /** With what the command line calls the API. */
    public Path apiToken() {
        return root.resolve("api.token");
    }

    public Path events() {
        return root.resolve("events");
    }

    /** What the autoscaler knows. */
    public Path scaling() {
        return root.resolve("scaling.json");
    }

    /** Unix sockets have short names: a long state path gets its socket in the temporary folder, in a folder of its own. */
    public Path socket() {
        var near = root.resolve("control.sock");
        if (near.toString().length() <= LONGEST_SOCKET_PATH) {
            return near;
        }
        var own = "sluice-" + Integer.toHexString(root.toString().hashCode());
        return Path.of(System.getProperty("java.io.tmpdir"), own, "control.sock");
    }
}
