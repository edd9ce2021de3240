package dev.sluice.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.processes.Programs.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {

    @Test
    void takesTheFirstWayThatIsOpen() {
        var tried = new ArrayList<String>();
        var found = Programs.firstOf(
                "it",
                List.of(
                        new Way("a", () -> {
                            tried.add("a");
                            throw new EngineException("closed");
                        }),
                        new Way("b", () -> Path.of("/b")),
                        new Way("c", () -> {
                            tried.add("c");
                            return Path.of("/c");
                        })),
                "advice",
                _ -> {});
        assertThat(found).isEqualTo(Path.of("/b"));
        assertThat(tried).containsExactly("a");
    }

    @Test
    void tellsOfEveryClosedWayAndWhatToDo() {
        assertThatThrownBy(() -> Programs.firstOf(
                        "it",
                        List.of(
                                new Way("going left", () -> {
                                    throw new EngineException("a wall");
                                }),
                                new Way("going right", () -> {
                                    throw new IOException("a river");
                                })),
                        "bring a ladder",
                        _ -> {}))
                .hasMessageContainingAll("going left: a wall", "going right: a river", "bring a ladder");
    }

    @Test
    void whatIsDoneExclusivelyIsNeverDoneTwiceAtOnce(@TempDir Path folder) throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var works = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 20; i++) {
                works.add(threads.submit(() -> Programs.exclusively(folder.resolve("lock"), _ -> {}, () -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Files.writeString(folder.resolve("scratch"), "takes a moment");
                    return inside.decrementAndGet();
                })));
            }
            for (var work : works) {
                assertThat(work.get()).isZero();
            }
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void aFailedCommandIsReportedWithItsLastLines(@TempDir Path folder) {
        assertThatThrownBy(() -> Programs.run(
                        List.of("/bin/sh", "-c", "echo $WHY; exit 4"),
                        folder,
                        Map.of("WHY", "no space left"),
                        Duration.ofSeconds(10),
                        _ -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContainingAll("exit code 4", "no space left");
    }

    @Test
    void downloadsAndTellsTheDigest(@TempDir Path folder) throws Exception {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        server.createContext("/", exchange -> {
            boolean there = exchange.getRequestURI().getPath().equals("/there");
            var body = "content".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(there ? 200 : 404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            var base = "http://127.0.0.1:" + server.getAddress().getPort();
            var to = folder.resolve("file");
            assertThat(Programs.download(URI.create(base + "/there"), to, _ -> {}))
                    .isEqualTo("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73");
            assertThat(to).hasContent("content");
            assertThatThrownBy(() -> Programs.download(URI.create(base + "/gone"), to, _ -> {}))
                    .hasMessageContaining("404");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void takesOneMemberOutOfAnArchive(@TempDir Path folder) throws Exception {
        var wheel = folder.resolve("it.whl");
        try (var zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
            zip.putNextEntry(new ZipEntry("it.data/scripts/nottool"));
            zip.write("wrong".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("it.data/scripts/tool"));
            zip.write("right".getBytes(StandardCharsets.UTF_8));
        }
        Programs.extract(wheel, "tool", folder.resolve("tool"));
        assertThat(folder.resolve("tool")).hasContent("right");
        assertThatThrownBy(() -> Programs.extract(wheel, "other", folder.resolve("other")))
                .hasMessageContaining("no other in it");
    }
}
