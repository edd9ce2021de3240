package dev.sluice.kubedev.node.server;

import dev.sluice.kubedev.node.pod.ContainerLog;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a container's log to a caller, from its files and, when asked to follow, from what is added. */
final class LogReader {

    private final LogQuery query;
    private final OutputStream out;
    private long left;

    LogReader(LogQuery query, OutputStream out) {
        this.query = query;
        this.out = out;
        this.left = query.limitBytes().orElse(Long.MAX_VALUE);
    }

    void read(Path file, Optional<ContainerLog> live) throws IOException, InterruptedException {
        Path rotated = file.resolveSibling(file.getFileName() + ".1");
        Deque<byte[]> tail = new ArrayDeque<>();
        boolean tailing = query.tailLines().isPresent();
        ContainerLog.Mark mark = live.map(ContainerLog::mark).orElse(new ContainerLog.Mark(0, 0, true));
        if (Files.exists(rotated)) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(rotated))) {
                lines(in, tailing ? tail : null);
            }
        }
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            lines(in, tailing ? tail : null);
            for (byte[] line : tail) {
                write(line);
            }
            out.flush();
            while (query.follow() && live.isPresent() && left > 0) {
                ContainerLog.Mark next = live.get().awaitMore(mark);
                lines(in, null);
                if (next.rotations() != mark.rotations()) {
                    in.close();
                    in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                    lines(in, null);
                }
                out.flush();
                if (next.ended()) {
                    return;
                }
                mark = next;
            }
        } finally {
            in.close();
        }
    }

    /** Reads to the end of what is there; the writer adds whole lines only. */
    private void lines(InputStream in, @Nullable Deque<byte[]> tail) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            line.write(b);
            if (b == '\n') {
                byte[] whole = line.toByteArray();
                line.reset();
                if (tail == null) {
                    write(whole);
                } else {
                    tail.addLast(whole);
                    if (tail.size() > query.tailLines().orElse(0)) {
                        tail.removeFirst();
                    }
                }
            }
        }
    }

    private void write(byte[] line) throws IOException {
        String head = new String(line, 0, Math.min(line.length, 64), StandardCharsets.ISO_8859_1);
        int afterTime = head.indexOf(' ');
        int afterStream = head.indexOf(' ', afterTime + 1);
        if (afterTime < 0 || afterStream < 0) {
            return;
        }
        if (query.since().isPresent()
                && Instant.parse(head.substring(0, afterTime))
                        .isBefore(query.since().get())) {
            return;
        }
        boolean partial = head.charAt(afterStream + 1) == 'P';
        int start = afterStream + 3;
        int length = line.length - start - (partial ? 1 : 0);
        if (query.timestamps()) {
            emit(line, 0, afterTime + 1);
        }
        emit(line, start, length);
    }

    private void emit(byte[] bytes, int from, int length) throws IOException {
        int n = (int) Math.min(length, left);
        out.write(bytes, from, n);
        left -= n;
    }
}
