package dev.sluice.builds.step;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** A zip or tar archive (plain or gzip), told by its first bytes. Nothing is written outside of the folder that it is unpacked into. */
final class Archive {
    private static final int PERMISSIONS = 0777;

    private final String name;
    private final Path file;

    private Archive(String name, Path file) {
        this.name = name;
        this.file = file;
    }

    static Archive of(String name, Path file) {
        return new Archive(name, file);
    }

    /** @return how many files it holds */
    int unpackInto(Path target) throws IOException {
        var start = start();
        if (start.length >= 2 && start[0] == 'P' && start[1] == 'K') {
            return zip(target);
        }
        boolean gzip = start.length >= 2 && (start[0] & 0xff) == 0x1f && (start[1] & 0xff) == 0x8b;
        try (var in = new BufferedInputStream(Files.newInputStream(file));
                var tar = new TarArchiveInputStream(gzip ? new GZIPInputStream(in) : in)) {
            int files = tar(tar, target);
            if (files == 0) {
                throw damaged("it holds no file", null);
            }
            return files;
        } catch (StepFailure e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private byte[] start() throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(2);
        }
    }

    private StepFailure damaged(String why, @org.jspecify.annotations.Nullable Exception cause) {
        return new StepFailure("ArchiveInvalid", name + " is not a whole zip or tar archive: " + why, cause);
    }

    private int zip(Path target) throws IOException {
        int files = 0;
        try (var zip = ZipFile.builder().setPath(file).get()) {
            for (var entries = zip.getEntries(); entries.hasMoreElements(); ) {
                ZipArchiveEntry entry = entries.nextElement();
                if (entry.isUnixSymlink()) {
                    link(target, entry, zip.getUnixSymlink(entry));
                    files++;
                } else if (entry.isDirectory()) {
                    Files.createDirectories(inside(target, entry.getName()));
                } else {
                    try (var content = zip.getInputStream(entry)) {
                        write(target, entry.getName(), entry.getUnixMode(), content);
                    }
                    files++;
                }
            }
        }
        return files;
    }

    private int tar(ArchiveInputStream<TarArchiveEntry> tar, Path target) throws IOException {
        int files = 0;
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (entry.isDirectory()) {
                Files.createDirectories(inside(target, entry.getName()));
            } else if (entry.isSymbolicLink()) {
                link(target, entry, entry.getLinkName());
                files++;
            } else if (entry.isLink()) {
                var copy = inside(target, entry.getName());
                Files.createDirectories(copy.getParent());
                Files.copy(inside(target, entry.getLinkName()), copy, StandardCopyOption.REPLACE_EXISTING);
                files++;
            } else if (entry.isFile()) {
                write(target, entry.getName(), entry.getMode(), tar);
                files++;
            }
        }
        return files;
    }

    private void link(Path target, ArchiveEntry entry, String to) throws IOException {
        var link = inside(target, entry.getName());
        if (!link.resolveSibling(to).normalize().startsWith(target)) {
            throw damaged("its link " + entry.getName() + " leads outside", null);
        }
        Files.createDirectories(link.getParent());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of(to));
    }

    private void write(Path target, String entry, int mode, InputStream content) throws IOException {
        var path = inside(target, entry);
        Files.createDirectories(path.getParent());
        Files.copy(content, path, StandardCopyOption.REPLACE_EXISTING);
        if ((mode & PERMISSIONS) != 0) {
            Files.setPosixFilePermissions(path, permissions(mode));
        }
    }

    private Path inside(Path target, String entry) throws IOException {
        var path = target.resolve(entry.replaceFirst("^/+", "")).normalize();
        if (!path.startsWith(target)) {
            throw damaged("its entry " + entry + " lies outside", null);
        }
        for (var parent = path.getParent();
                parent != null && parent.startsWith(target) && !parent.equals(target);
                parent = parent.getParent()) {
            if (Files.isSymbolicLink(parent) && !parent.toRealPath().startsWith(target.toRealPath())) {
                throw damaged("its entry " + entry + " lies outside", null);
            }
        }
        return path;
    }

    /** Of the nine lowest bits of a Unix mode. */
    static Set<PosixFilePermission> permissions(int mode) {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        var all = PosixFilePermission.values(); // from the owner's reading to the others' executing
        for (int bit = 0; bit < all.length; bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                permissions.add(all[bit]);
            }
        }
        return permissions;
    }
}
