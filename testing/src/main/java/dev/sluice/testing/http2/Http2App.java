package dev.sluice.testing.http2;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * Listens at {@code PORT} and speaks HTTP/2 without TLS: with {@code GRPC} set, as grpc-java's server of {@link Ping}; otherwise on Netty's codec,
 * answering each request with its protocol, and one of HTTP/1.1 with 426.
 */
public final class Http2App {
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
        if (System.getenv().containsKey("GRPC")) {
            Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                    .addService(Ping.service(System.getenv().getOrDefault("HOSTNAME", "?")))
                    .addService(Ping.health())
                    .build()
                    .start()
                    .awaitTermination();
        } else {
            serve(port).closeFuture().sync();
        }
    }

    private static Channel serve(int port) throws InterruptedException {
        return new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new PrefaceHandler());
                    }
                })
                .bind(port)
                .sync()
                .channel();
    }

    private Http2App() {}
}
