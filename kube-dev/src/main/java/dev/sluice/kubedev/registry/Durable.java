package dev.sluice.kubedev.registry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/** Files that are there whole, also after a power cut, once these methods have returned. */
final class Durable {

    private Durable() {}

    static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(folderOf(file));
        var next = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try (var channel = FileChannel.open(next, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
        move(next, file);
    }

    /** Both on one file system. */
    static void move(Path from, Path to) throws IOException {
        Files.createDirectories(folderOf(to));
        sync(from, StandardOpenOption.WRITE);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(folderOf(to), StandardOpenOption.READ);
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static void sync(Path file, StandardOpenOption mode) throws IOException {
        try (var channel = FileChannel.open(file, mode)) {
            channel.force(true);
        }
    }
}
