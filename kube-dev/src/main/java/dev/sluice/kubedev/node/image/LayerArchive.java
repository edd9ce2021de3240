package dev.sluice.kubedev.node.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Layers on disk. A layer is unpacked as it is, whiteout marks and all, into a folder of its own; a root file system is
 * the layers linked over each other in order, where marks delete what lies below.
 */
final class LayerArchive {

    private static final String MARK = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    private final boolean owners = "root".equals(System.getProperty("user.name"));

    /** Unpacks a layer's archive; names that would leave the folder stay in it. The stream stays open: it is the caller's. */
    @SuppressWarnings("resource")
    void unpack(InputStream layer, Path into) throws IOException {
        RootDirectory root = new RootDirectory(into);
        Deque<Runnable> times = new ArrayDeque<>();
        var tar = new TarArchiveInputStream(decompressed(layer));
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path target = root.place(entry.getName());
            if (!target.equals(into)) {
                write(entry, tar, root, target, times);
            }
        }
        while (!times.isEmpty()) {
            times.pop().run();
        }
    }

    private static InputStream decompressed(InputStream in) throws IOException {
        var buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(4);
        byte[] magic = buffered.readNBytes(4);
        buffered.reset();
        if (magic.length >= 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b) {
            return new GZIPInputStream(buffered, 1 << 16);
        }
        if (magic.length == 4 && (magic[0] & 0xff) == 0x28 && (magic[1] & 0xff) == 0xb5) {
            throw new IOException("layers compressed with zstd are not supported by this node");
        }
        return buffered;
    }

    private void write(TarArchiveEntry entry, InputStream data, RootDirectory root, Path target, Deque<Runnable> times)
            throws IOException {
        if (entry.isDirectory()) {
            if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(target);
                Files.createDirectory(target);
            }
            attributes(entry, target);
            times.push(() -> time(target, entry.getLastModifiedTime()));
            return;
        }
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            Trees.delete(target);
        }
        if (entry.isSymbolicLink()) {
            Files.deleteIfExists(target);
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            if (owners) {
                own(entry, target);
            }
        } else if (entry.isLink()) {
            Files.deleteIfExists(target);
            Files.createLink(target, root.place(entry.getLinkName()));
        } else if (entry.isFile()) {
            Files.deleteIfExists(target);
            Files.copy(data, target, StandardCopyOption.REPLACE_EXISTING);
            attributes(entry, target);
            time(target, entry.getLastModifiedTime());
        }
        // devices and pipes are left out: /dev is made by the sandbox
    }

    private void attributes(TarArchiveEntry entry, Path target) throws IOException {
        if (owners) {
            own(entry, target);
        }
        Files.setAttribute(target, "unix:mode", entry.getMode() & 07777, LinkOption.NOFOLLOW_LINKS);
    }

    private static void own(TarArchiveEntry entry, Path target) throws IOException {
        Files.setAttribute(target, "unix:uid", (int) entry.getLongUserId(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(target, "unix:gid", (int) entry.getLongGroupId(), LinkOption.NOFOLLOW_LINKS);
    }

    private static void time(Path target, FileTime time) {
        try {
            Files.setLastModifiedTime(target, time);
        } catch (IOException _) {
            // a date is not worth an image
        }
    }

    /** Lays an unpacked layer over a root file system: folders are made, files linked, marked names removed. */
    void overlay(Path layer, Path rootfs) throws IOException {
        RootDirectory root = new RootDirectory(rootfs);
        Files.walkFileTree(layer, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                String name = layer.relativize(dir).toString();
                Path target = name.isEmpty() ? rootfs : root.resolve(name);
                if (Files.exists(dir.resolve(OPAQUE), LinkOption.NOFOLLOW_LINKS)) {
                    Trees.deleteInside(target);
                }
                if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                    target = root.place(name);
                    Files.deleteIfExists(target);
                    Files.createDirectory(target);
                }
                if (!name.isEmpty()) {
                    Trees.copyAttributes(dir, target, owners);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = String.valueOf(file.getFileName());
                if (name.equals(OPAQUE)) {
                    return FileVisitResult.CONTINUE;
                }
                String path = layer.relativize(file).toString();
                if (name.startsWith(MARK)) {
                    String hidden = path.substring(0, path.length() - name.length()) + name.substring(MARK.length());
                    Trees.delete(root.place(hidden));
                    return FileVisitResult.CONTINUE;
                }
                Path target = root.place(path);
                if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                    Trees.delete(target);
                }
                Files.deleteIfExists(target);
                if (attributes.isSymbolicLink()) {
                    Files.copy(file, target, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.COPY_ATTRIBUTES);
                } else {
                    Files.createLink(target, file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
