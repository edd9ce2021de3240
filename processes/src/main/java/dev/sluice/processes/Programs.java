package dev.sluice.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** The steps by which a program gets into the cache: one at a time, and there whole or not at all. */
public final class Programs {

    /** One of several ways to a program; an {@link EngineException} says why it is closed. */
    public record Way(String description, Attempt attempt) {}

    @FunctionalInterface
    public interface Attempt {
        Path obtain() throws IOException, InterruptedException;
    }

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration SILENCE = Duration.ofMinutes(1);
    private static final int LAST_LINES = 15;
    private static final ReentrantLock IN_THIS_JVM = new ReentrantLock();

    private Programs() {}

    /** Tries the ways in their order; when all are closed the message tells of each, and ends with the advice. */
    public static Path firstOf(String what, List<Way> ways, String advice, Consumer<String> progress) {
        var problems = new StringBuilder();
        for (var way : ways) {
            try {
                return way.attempt().obtain();
            } catch (EngineException | IOException e) {
                progress.accept(what + ": not by " + way.description() + " (" + reason(e) + ")");
                problems.append("\n  - ").append(way.description()).append(": ").append(reason(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("obtaining " + what + ": interrupted", e);
            }
        }
        throw new EngineException("obtaining " + what + ": no way was open" + problems + "\n" + advice);
    }

    private static String reason(Exception e) {
        if (e.getMessage() != null) {
            return e.getMessage();
        }
        return e.getCause() == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + ": " + e.getCause();
    }

    /** Does the work while no other thread or process of this machine that uses the same lock file does it. */
    public static <T> T exclusively(Path lockFile, Consumer<String> progress, Work<T> work)
            throws IOException, InterruptedException {
        Files.createDirectories(lockFile.toAbsolutePath().getParent());
        IN_THIS_JVM.lockInterruptibly();
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var free = channel.tryLock();
            if (free == null) {
                progress.accept("waiting for another run that is obtaining the same (" + lockFile + ")");
            }
            try (var _ = free == null ? channel.lock() : free) {
                return work.run();
            }
        } finally {
            IN_THIS_JVM.unlock();
        }
    }

    @FunctionalInterface
    public interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs a command to its end, its lines going to the consumer; a non-zero end throws with the last lines. */
    public static void run(
            List<String> command, Path folder, Map<String, String> environment, Duration atMost, Consumer<String> lines)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        var process = builder.start();
        process.getOutputStream().close();
        var last = new ArrayDeque<String>();
        var reader = Thread.ofVirtual()
                .start(() -> pump(process, line -> {
                    synchronized (last) {
                        last.addLast(line);
                        if (last.size() > LAST_LINES) {
                            last.removeFirst();
                        }
                    }
                    lines.accept(line);
                }));
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new EngineException(
                        "running " + command.getFirst() + ": not done in " + atMost.toSeconds() + " s");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            if (process.isAlive()) { // destroying one that has ended would only close what it printed before it is read
                process.destroyForcibly();
            }
        }
        reader.join(Duration.ofSeconds(5));
        if (process.exitValue() != 0) {
            synchronized (last) {
                throw new EngineException("running " + String.join(" ", command) + ": exit code " + process.exitValue()
                        + (last.isEmpty() ? "" : ": " + String.join(" | ", last)));
            }
        }
    }

    private static void pump(Process process, Consumer<String> lines) {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines);
        } catch (IOException | UncheckedIOException e) {
            lines.accept("(output lost: " + e.getMessage() + ")");
        }
    }

    /** Fetches to the file and returns the SHA-256 of what came. Gives up within seconds when the host does not answer. */
    public static String download(URI from, Path to, Consumer<String> progress)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            var request = HttpRequest.newBuilder(from).timeout(ANSWER).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (var body = new StallGuard(response.body(), SILENCE)) {
                if (response.statusCode() != 200) {
                    throw new EngineException("GET " + from + ": status " + response.statusCode());
                }
                progress.accept("downloading " + from);
                return copy(body, to);
            }
        } catch (ConnectException e) {
            throw new EngineException("connecting to " + from.getHost() + ": not reachable", e);
        }
    }

    /** Takes one member out of a .tar.gz or .zip, by the end of its name. */
    public static void extract(Path archive, String member, Path to) throws IOException {
        boolean zip = archive.getFileName().toString().matches(".*\\.(zip|whl)");
        try (var in = Files.newInputStream(archive);
                ArchiveInputStream<? extends ArchiveEntry> entries = zip
                        ? new ZipArchiveInputStream(in)
                        : new TarArchiveInputStream(new GzipCompressorInputStream(in))) {
            for (ArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (!entry.isDirectory() && ("/" + entry.getName()).endsWith("/" + member)) {
                    Files.copy(entries, to, StandardCopyOption.REPLACE_EXISTING);
                    return;
                }
            }
        }
        throw new EngineException("unpacking " + archive.getFileName() + ": there is no " + member + " in it");
    }

    /** Puts a finished program at its place in the cache, in one step and executable. */
    public static Path publish(Path program, Path place) throws IOException {
        Files.createDirectories(place.toAbsolutePath().getParent());
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.move(program, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String copy(InputStream body, Path to) throws IOException {
        try (var in = new DigestInputStream(body, MessageDigest.getInstance("SHA-256"))) {
            Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
