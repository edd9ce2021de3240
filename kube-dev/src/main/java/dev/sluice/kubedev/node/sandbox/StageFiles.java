package dev.sluice.kubedev.node.sandbox;

import dev.sluice.kubedev.node.image.RootDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The mount table of one container, and the empty files and folders that its mounts need to stand on. */
final class StageFiles {

    /** A bind below /dev, which bubblewrap mounts last, staged where every user can reach it. */
    record Aside(Path staged, Bind bind) {}

    private final Launch launch;
    private final boolean overlay;
    private final Path upper;
    private final List<Aside> asides = new ArrayList<>();

    StageFiles(Launch launch, boolean overlay) {
        this.launch = launch;
        this.overlay = overlay;
        this.upper = launch.directory().resolve("upper");
    }

    Path table() {
        return launch.directory().resolve("mounts");
    }

    List<Aside> asides() {
        return asides;
    }

    void prepare(List<Bind> binds) throws IOException {
        Files.createDirectories(upper);
        Files.createDirectories(launch.directory().resolve("work"));
        copyRights(launch.rootfs(), upper);
        Path root = BubblewrapSandboxes.STAGE.resolve("root");
        StringBuilder table = new StringBuilder();
        if (overlay) {
            row(
                    table,
                    "overlay",
                    root,
                    "overlay",
                    BubblewrapSandboxes.overlayOptions(launch.rootfs(), launch.directory()));
        } else {
            row(table, upper.toString(), root, "none", "bind");
        }
        List<Bind> sorted = new ArrayList<>(binds);
        sorted.sort(Comparator.comparingInt(b -> Path.of(b.path()).getNameCount()));
        int files = 0;
        int folders = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Bind bind = sorted.get(i);
            boolean folder = Files.isDirectory(bind.host());
            if (bind.path().startsWith("/dev/")) {
                Path staged =
                        BubblewrapSandboxes.STAGE.resolve("aside").resolve(folder ? "d" + folders++ : "f" + files++);
                row(table, bind.host().toString(), staged, "none", "bind");
                asides.add(new Aside(staged, bind));
                continue;
            }
            Path at = root.resolve(foothold(bind, folder, sorted.subList(0, i)));
            row(table, bind.host().toString(), at, "none", bind.readOnly() ? "bind,ro" : "bind");
        }
        if (!Files.isDirectory(new RootDirectory(launch.rootfs()).resolve(launch.workingDirectory()))
                && within(launch.workingDirectory(), sorted).isEmpty()) {
            grow(Path.of(launch.workingDirectory()), true);
        }
        Files.writeString(table(), table.toString(), StandardCharsets.UTF_8);
    }

    /** Makes what the bind is mounted on, in the volume that covers its path or else in the container's own layer. */
    private Path foothold(Bind bind, boolean folder, List<Bind> earlier) throws IOException {
        Optional<Bind> cover = within(bind.path(), earlier);
        if (cover.isPresent()) {
            plant(cover.get(), bind, folder);
            return Path.of("/").relativize(Path.of(bind.path()));
        }
        Path real = launch.rootfs().relativize(new RootDirectory(launch.rootfs()).resolve(bind.path()));
        return grow(Path.of("/").resolve(real), folder);
    }

    /**
     * What a container left in a volume is not followed: mounting is done with the rights of the node, among the files of the machine.
     *
     * @throws IOException when a link, or what is no folder, is in the way
     */
    static void plant(Bind cover, Bind bind, boolean folder) throws IOException {
        Path inside = Path.of(cover.path()).relativize(Path.of(bind.path()));
        Path at = cover.host();
        for (int i = 0; i < inside.getNameCount(); i++) {
            at = at.resolve(inside.getName(i));
            boolean last = i == inside.getNameCount() - 1;
            if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                if (last && !folder) {
                    Files.createFile(at);
                } else {
                    Files.createDirectory(at);
                }
            } else if (Files.isSymbolicLink(at) || (!last && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS))) {
                throw new IOException("cannot mount " + bind.path() + ": " + inside.subpath(0, i + 1)
                        + " in the volume at " + cover.path() + " is not a folder");
            }
        }
    }

    private static Optional<Bind> within(String path, List<Bind> binds) {
        return binds.stream()
                .filter(b -> Path.of(path).startsWith(Path.of(b.path())))
                .max(Comparator.comparingInt(b -> Path.of(b.path()).getNameCount()));
    }

    /** Makes the path in the upper layer where the image lacks it, with the image's rights on what it has. */
    private Path grow(Path absolute, boolean folder) throws IOException {
        Path relative = Path.of("/").relativize(absolute.normalize());
        Path image = launch.rootfs().resolve(relative);
        if (Files.exists(image, LinkOption.NOFOLLOW_LINKS) && Files.isDirectory(image) == folder) {
            return relative;
        }
        Path at = upper;
        for (int i = 0; i < relative.getNameCount(); i++) {
            at = at.resolve(relative.getName(i));
            Path lower = launch.rootfs().resolve(relative.subpath(0, i + 1));
            boolean last = i == relative.getNameCount() - 1;
            if (Files.exists(at)) {
                continue;
            }
            if (last && !folder) {
                Files.createFile(at);
            } else {
                Files.createDirectory(at);
                if (Files.isDirectory(lower)) {
                    copyRights(lower, at);
                } else {
                    Files.setAttribute(at, "unix:mode", 0755);
                }
            }
        }
        return relative;
    }

    private static void copyRights(Path from, Path to) throws IOException {
        Files.setAttribute(to, "unix:uid", Files.getAttribute(from, "unix:uid"));
        Files.setAttribute(to, "unix:gid", Files.getAttribute(from, "unix:gid"));
        Files.setAttribute(to, "unix:mode", (Integer) Files.getAttribute(from, "unix:mode") & 07777);
    }

    private static void row(StringBuilder table, String what, Path where, String kind, String options) {
        table.append(escape(what))
                .append(' ')
                .append(escape(where.toString()))
                .append(' ')
                .append(kind)
                .append(' ')
                .append(escape(options))
                .append(" 0 0\n");
    }

    private static String escape(String text) {
        return text.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
    }
}
