package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The classes of an application as the JVM has them after a start (JEP 483, 514), so that the next start finds them ready: made by
 * starting the application once, asking it a few times at {@code $PORT} and ending it. An application that does not listen or ends badly is
 * run without.
 */
final class AotCache {
    static final String PLACE = JavaProgram.HOME + "/app.aot";
    static final String OPTION = "-XX:AOTCache=" + PLACE;

    private static final Duration UNTIL_IT_LISTENS = Duration.ofSeconds(20);
    private static final Duration UNTIL_IT_ENDS = Duration.ofSeconds(60);
    private static final int REQUESTS = 8;
    /** An application may answer without an end, or not at all. */
    private static final Duration UNTIL_IT_HAS_ANSWERED = Duration.ofSeconds(10);

    private static final int MOST_OF_AN_ANSWER = 64 * 1024;
    private static final int END_OF_LOG = 8 * 1024;
    private static final int CONNECT_MILLIS = 5_000;
    /** What Jib gives every file: the JVM takes a jar with another time for another jar. */
    private static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1));

    private final Path runtime;
    private final Path scratch;
    private final Duration untilItHasAnswered;
    private final Consumer<String> progress;

    /** @param runtime the very Java that the image has */
    AotCache(Path runtime, Path scratch, Consumer<String> progress) {
        this(runtime, scratch, UNTIL_IT_HAS_ANSWERED, progress);
    }

    /** @param untilItHasAnswered for all requests together */
    AotCache(Path runtime, Path scratch, Duration untilItHasAnswered, Consumer<String> progress) {
        this.runtime = runtime;
        this.scratch = scratch;
        this.untilItHasAnswered = untilItHasAnswered;
        this.progress = progress;
    }

    static FileEntriesLayer layer(Path cache) {
        return FileEntriesLayer.builder()
                .setName("aot")
                .addEntry(cache, AbsoluteUnixPath.get(PLACE))
                .build();
    }

    /** Empty, with a line that says why, when the application cannot be tried here. */
    Optional<Path> train(JavaProgram program) throws IOException, InterruptedException {
        long began = System.nanoTime();
        var home = scratch.resolve("training");
        var classPath = new ArrayList<String>();
        for (var file : program.files().entrySet()) {
            var copy = home.resolve(file.getKey().substring(1));
            Files.createDirectories(copy.resolveSibling(""));
            Files.copy(file.getValue(), copy, StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(copy, TIME);
            classPath.add(copy.toString());
        }
        var cache = home.resolve(PLACE.substring(1));
        Files.deleteIfExists(cache);
        var log = home.resolve("log");
        int port = freePort();
        var builder = new ProcessBuilder(List.of(
                        runtime.resolve("bin/java").toString(),
                        "-XX:AOTCacheOutput=" + cache,
                        "-Xlog:aot*=off",
                        "-Xlog:cds*=off",
                        "-cp",
                        String.join(":", classPath),
                        program.mainClass()))
                .directory(home.resolve(JavaProgram.HOME.substring(1)).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("PORT", String.valueOf(port));
        var process = builder.start();
        try {
            boolean listened = listens(process, port);
            if (listened) {
                long end = System.nanoTime() + untilItHasAnswered.toNanos();
                for (int i = 0; i < REQUESTS; i++) {
                    ask(port, end);
                }
            }
            process.destroy();
            boolean ended = process.waitFor(UNTIL_IT_ENDS.toSeconds(), TimeUnit.SECONDS);
            if (ended && Files.isRegularFile(cache) && (listened || process.exitValue() == 0)) {
                progress.accept(String.format(
                        "Prepared the classes for the next start in %d ms (%d KiB).",
                        Duration.ofNanos(System.nanoTime() - began).toMillis(), Files.size(cache) / 1024));
                return Optional.of(cache);
            }
            progress.accept("The classes are not prepared for the next start: the application "
                    + (listened
                            ? "did not end when it was asked to."
                            : "did not listen at $PORT when it was tried" + last(log) + "."));
            return Optional.empty();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String last(Path log) throws IOException {
        var end = new byte[END_OF_LOG];
        int length;
        try (var file = Files.newByteChannel(log)) {
            file.position(Math.max(0, file.size() - END_OF_LOG));
            length = Channels.newInputStream(file).readNBytes(end, 0, END_OF_LOG);
        }
        var lines = new String(end, 0, length, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(l -> !l.isBlank())
                .toList();
        return lines.isEmpty() ? "" : ": " + lines.getLast().strip();
    }

    private static boolean listens(Process process, int port) throws InterruptedException {
        long end = System.nanoTime() + UNTIL_IT_LISTENS.toNanos();
        while (System.nanoTime() < end) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
                return true;
            } catch (IOException _) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        }
        return false;
    }

    /** Whatever it answers: it has run its code for it. */
    private static void ask(int port, long end) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), left(end));
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            var chunk = new byte[4 * 1024];
            int read = 0;
            for (int total = 0; read >= 0 && total < MOST_OF_AN_ANSWER; total += read) {
                socket.setSoTimeout(left(end));
                read = socket.getInputStream().read(chunk);
            }
        } catch (SocketTimeoutException _) {
            // it takes its time
        } catch (IOException _) {
            // it speaks something else
        }
    }

    /** Not zero, which would be for ever. */
    private static int left(long end) throws SocketTimeoutException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0) {
            throw new SocketTimeoutException("the application has had its time");
        }
        return (int) millis;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
