package dev.sluice.gateway.http2;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/**
 * What the event loops read into and write from. Netty's own choice, the adaptive allocator, gives chunks back to the
 * system all the time, and with a JDK 25 each of them stops every thread for a moment: a body costs several system calls
 * per frame more.
 */
final class Buffers {
    private static final int PAGE_BYTES = 8 * 1024;
    /** Chunks of 1 MiB: what an event loop that was ever used keeps. */
    private static final int MAX_ORDER = 7;

    static final ByteBufAllocator POOL = pool(Math.max(2, Runtime.getRuntime().availableProcessors()));

    private Buffers() {}

    private static ByteBufAllocator pool(int arenas) {
        return new PooledByteBufAllocator(
                true,
                arenas,
                arenas,
                PAGE_BYTES,
                MAX_ORDER,
                PooledByteBufAllocator.defaultSmallCacheSize(),
                PooledByteBufAllocator.defaultNormalCacheSize(),
                false);
    }
}
