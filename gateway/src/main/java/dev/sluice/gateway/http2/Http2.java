package dev.sluice.gateway.http2;

import dev.sluice.gateway.trace.Tracing;
import dev.sluice.gateway.upstream.ConnectionPool;
import dev.sluice.gateway.upstream.UpstreamConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** The gateway's HTTP/2 side: connections that clients handed over to it, and those to pods. Owns its event loops. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
public final class Http2 implements AutoCloseable {
    private final IoEventLoopGroup loops;
    private final Map<EventLoop, LoopState> states = new ConcurrentHashMap<>();
    private final SocketPairs pairs;
    private final Switchboard switchboard;
    private final Limits limits;
    private final Tracing tracing;

    /**
     * What is bounded.
     *
     * @param headBytes of one request's head
     * @param preface until a connection has said what it can do
     * @param keepAlive of a connection without a stream, and of an answer that nobody takes
     * @param drain for streams in flight when a connection is asked to end
     */
    public record Limits(int headBytes, Duration preface, Duration keepAlive, Duration drain) {}

    /** A client's connection. */
    public interface Session {
        /** Waits for its end. */
        void await() throws InterruptedException;

        /** Takes no new stream and ends when there is none left, or the drain limit has passed. */
        void drain();

        void close();
    }

    public Http2(Switchboard switchboard, Limits limits, Tracing tracing) throws IOException {
        this.switchboard = switchboard;
        this.limits = limits;
        this.tracing = tracing;
        this.pairs = new SocketPairs();
        this.loops = new MultiThreadIoEventLoopGroup(
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                new DefaultThreadFactory("gateway-http2", true),
                NioIoHandler.newFactory());
    }

    Switchboard switchboard() {
        return switchboard;
    }

    Limits limits() {
        return limits;
    }

    Tracing tracing() {
        return tracing;
    }

    SocketPairs pairs() {
        return pairs;
    }

    private LoopState state(EventLoop loop) {
        return states.computeIfAbsent(loop, LoopState::new);
    }

    /**
     * Takes over a connection whose client has begun to speak HTTP/2.
     *
     * @param read of it already
     * @param tls what decrypts it, after its handshake
     */
    public Session serve(SocketChannel connection, byte[] read, Origin origin, @Nullable SSLEngine tls) {
        EventLoop loop = loops.next();
        var channel = new NioSocketChannel(connection);
        channel.config().setAllocator(Buffers.POOL);
        if (tls != null) {
            var records = new SslHandler(tls);
            records.setHandshakeTimeoutMillis(0); // it is over
            channel.pipeline().addLast(records);
        }
        channel.pipeline().addLast(ClientEndpoint.make(state(loop), origin, this));
        channel.config().setAutoRead(false); // what was read already comes first
        loop.register(channel)
                .addListener(_ -> loop.execute(() -> {
                    channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(read));
                    channel.pipeline().fireChannelReadComplete();
                    channel.config().setAutoRead(true);
                }));
        return session(channel);
    }

    private static Session session(Channel channel) {
        return new Session() {
            @Override
            public void await() throws InterruptedException {
                var closed = new CountDownLatch(1);
                channel.closeFuture().addListener(_ -> closed.countDown());
                closed.await();
            }

            @Override
            public void drain() {
                channel.close(); // the codec says GOAWAY and waits for its streams
            }

            @Override
            public void close() {
                // without a GOAWAY, for which a client that does not read could be waited
                channel.eventLoop().execute(() -> channel.unsafe().close(channel.newPromise()));
            }
        };
    }

    /**
     * A connection that takes HTTP/1.1 and asks a pod over HTTP/2.
     *
     * @throws IOException when the pod cannot be reached: nothing was sent
     */
    public UpstreamConnection connect(ConnectionPool pod) throws IOException {
        EventLoop loop = loops.next();
        var state = state(loop);
        var reached = new CompletableFuture<Boolean>();
        loop.execute(() -> state.connect(pod, new LoopState.Waiting() {
            @Override
            public void connected(PodConnection connection) {
                reached.complete(true);
            }

            @Override
            public void refused(Throwable why) {
                reached.completeExceptionally(why);
            }
        }));
        try {
            reached.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connecting to " + pod, e);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IOException("connecting to " + pod + ": " + e.getMessage(), e);
        }
        var pair = pairs.open();
        var connection = new UpstreamConnection(pair.other());
        loop.execute(() -> PodLeg.open(state, pod, pair.one(), connection::sentNothing));
        return connection;
    }

    @Override
    public void close() throws IOException {
        var ended = loops.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        pairs.close();
        ended.awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
