package dev.sluice.app.control;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out command lines, each on a thread of its own, which is interrupted when the one who typed it goes away. */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final Path socket;
    private final ServerSocketChannel listener;
    private final Verbs verbs;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    /** Carries out one command line. */
    public interface Verbs {
        /** @return the exit code */
        int run(ControlRequest request, Output output) throws InterruptedException;
    }

    private ControlServer(Path socket, ServerSocketChannel listener, Verbs verbs) {
        this.socket = socket;
        this.listener = listener;
        this.verbs = verbs;
    }

    public static ControlServer start(Path socket, Verbs verbs) {
        try {
            var folder = Objects.requireNonNull(socket.getParent());
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.deleteIfExists(socket);
            var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            var server = new ControlServer(socket, listener, verbs);
            Thread.ofVirtual().name("control").start(server::accept);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("listening on " + socket + ": " + e.getMessage(), e);
        }
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                var channel = listener.accept();
                open.add(channel);
                Thread.ofVirtual().name("control-verb").start(() -> serve(channel));
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("accepting a command failed");
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            var in = new DataInputStream(Channels.newInputStream(channel));
            var output = new Output(new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel))));
            ControlRequest request;
            try {
                request = ControlRequest.read(in);
            } catch (IOException e) {
                output.err().println("sluice: " + e.getMessage());
                output.exit(1);
                return;
            }
            carryOut(request, in, output);
        } catch (IOException | Output.Gone e) {
            LOG.atDebug().setCause(e).log("a command's terminal went away");
        } finally {
            open.remove(channel);
        }
    }

    /** The verb has a thread of its own: an interrupt while it touches the socket would close the socket. */
    private void carryOut(ControlRequest request, DataInputStream in, Output output) {
        var verb = Thread.ofVirtual()
                .name("control-" + request.words().getFirst())
                .start(() -> {
                    try {
                        output.exit(verbs.run(request, output));
                    } catch (Output.Gone e) {
                        LOG.atDebug().setCause(e).log("a command's terminal went away");
                    } catch (InterruptedException _) {
                        LOG.debug("a command was given up by its terminal");
                    }
                });
        try {
            while (in.read() >= 0) {
                // nothing is sent after the request: this waits for the end of the connection
            }
        } catch (IOException _) {
            // the same
        }
        verb.interrupt();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var channel : open) {
                channel.close();
            }
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("closing the control socket failed");
        }
    }
}
