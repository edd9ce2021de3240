package dev.sluice.gateway.http2;

import dev.sluice.gateway.http2.LoopState.Waiting;
import dev.sluice.gateway.upstream.ConnectionPool;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to a pod, wanted, made or gone; those that wait for it are told in turn. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the stream or the channel, and that is told
final class PodLink {
    private static final int CONNECT_MILLIS = 3_000;
    /** More than these wait for a connection of their own: a pod that limits its streams says so only when connected. */
    private static final int MOST_WAITING = 100;

    private final LoopState loop;
    private final ConnectionPool pod;
    private List<Waiting> waiting = new ArrayList<>(1);
    private @Nullable PodConnection connection;

    PodLink(LoopState loop, ConnectionPool pod) {
        this.loop = loop;
        this.pod = pod;
    }

    /** Gives a place on this connection, if there is one. */
    boolean take(Waiting one) {
        if (connection == null) {
            return waiting.size() < MOST_WAITING && waiting.add(one);
        }
        if (!connection.hasRoom()) {
            return false;
        }
        one.connected(connection);
        return true;
    }

    void connect(Waiting first) {
        waiting.add(first);
        new Bootstrap()
                .group(loop.loop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, Buffers.POOL)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // the codec is added when it is known who is at the other end
                    }
                })
                .connect(pod.address())
                .addListener(future -> {
                    var channel = ((io.netty.channel.ChannelFuture) future).channel();
                    if (!future.isSuccess()) {
                        refused(future.cause());
                    } else if (channel.remoteAddress().equals(channel.localAddress())) {
                        channel.close();
                        refused(new ConnectException("connected to itself"));
                    } else {
                        connected(channel);
                    }
                    loop.flush();
                });
    }

    private void connected(Channel channel) {
        var made = PodConnection.on(channel, loop);
        connection = made;
        channel.closeFuture().addListener(_ -> loop.forget(pod, this));
        var all = waiting;
        waiting = List.of();
        for (var one : all) {
            if (made.hasRoom()) {
                one.connected(made);
            } else {
                loop.connect(pod, one);
            }
        }
    }

    private void refused(Throwable why) {
        loop.forget(pod, this);
        var all = waiting;
        waiting = List.of();
        all.forEach(one -> one.refused(why));
    }
}
