package dev.sluice.gateway.http2;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes connected pairs of Unix sockets: one end for an event loop, the other for a blocking reader. The listener stands
 * in a folder that only this user may enter; its lock keeps every accept with its own connect.
 */
final class SocketPairs implements AutoCloseable {
    record Pair(SocketChannel one, SocketChannel other) {}

    private final Path folder;
    private final Path path;
    private final ServerSocketChannel listener;

    SocketPairs() throws IOException {
        folder = Files.createTempDirectory("sluice-gw");
        path = folder.resolve("s");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(path), 64);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    synchronized Pair open() throws IOException {
        var one = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            one.connect(UnixDomainSocketAddress.of(path));
            return new Pair(one, listener.accept());
        } catch (IOException | RuntimeException e) {
            one.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(path);
        Files.deleteIfExists(folder);
    }
}
