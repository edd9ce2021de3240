package dev.sluice.gateway;

import dev.sluice.gateway.upstream.UpstreamConnection;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.gateway.wire.OutputBuffer;
import java.io.IOException;

/** A connection that has changed its protocol: bytes both ways until either side ends it, each way half-closed on its own. */
final class Tunnel {
    private Tunnel() {}

    static void relay(ClientChannel client, ClientInput input, UpstreamConnection upstream, ExchangeGuard guard)
            throws IOException {
        var upward = Thread.ofVirtual().name("gateway-tunnel").start(() -> up(input, upstream, guard));
        try {
            var buffer = upstream.input();
            do {
                OutputBuffer.writeAll(client, buffer.slice(buffer.available()));
                buffer.consume(buffer.available());
                guard.touch();
            } while (upstream.fill() >= 0);
        } finally {
            // the pod has ended, or the client cannot be written: nobody is left to talk to
            upstream.close();
            try {
                client.farewell();
            } finally {
                client.close();
            }
            join(upward);
        }
    }

    private static void up(ClientInput input, UpstreamConnection upstream, ExchangeGuard guard) {
        try {
            var buffer = input.buffer();
            do {
                OutputBuffer.writeAll(upstream.channel(), buffer.slice(buffer.available()));
                buffer.consume(buffer.available());
                guard.touch();
            } while (input.more() >= 0);
            upstream.channel().shutdownOutput();
        } catch (IOException _) {
            upstream.close();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
