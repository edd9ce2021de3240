package dev.sluice.testing.probe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What a process can see of the container it runs in, as lines of text. */
final class Container {
    /** {@code link TARGET}, or {@code KIND PERMISSIONS}: d, c or - and rwx three times, t where sticky; what links lead to is not asked. */
    static String stat(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return "link " + Files.readSymbolicLink(path);
        }
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        var kind = switch (mode & 0xF000) {
            case 0x4000 -> "d";
            case 0x2000 -> "c";
            case 0x8000 -> "-";
            default -> "?";
        };
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        return kind + " " + PosixFilePermissions.toString(permissions) + ((mode & 0x200) == 0 ? "" : " t");
    }

    /** {@code writable}, or why opening for writing failed; nothing is written. */
    static String writable(Path path) {
        try (var _ = FileChannel.open(path, StandardOpenOption.WRITE)) {
            return "writable";
        } catch (IOException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    /** Creates and removes a file in a folder. */
    static String createIn(Path folder) throws IOException {
        Files.delete(Files.createTempFile(folder, "probe", ".tmp"));
        return "created";
    }

    /** The effective user and group, from the process's status. */
    static String identity() throws IOException {
        var text = new StringBuilder();
        for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Uid:") || line.startsWith("Gid:")) {
                text.append(line.substring(0, 3).toLowerCase(java.util.Locale.ROOT))
                        .append('=')
                        .append(line.split("\t", -1)[2])
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** {@code EOF}, or what standard input gave. */
    static String standardInput() throws IOException {
        int read = System.in.read();
        return read < 0 ? "EOF" : "byte " + read;
    }

    private Container() {}
}
