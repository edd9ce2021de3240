package dev.sluice.builds.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AotCacheIT {
    private static final Path JDK = Path.of(System.getProperty("java.home"));

    @TempDir
    private Path folder = Path.of("");

    private final List<String> said = new ArrayList<>();

    @Test
    void preparesWhatListens() throws Exception {
        var program = program("""
                var server = com.sun.net.httpserver.HttpServer.create(
                        new java.net.InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
                server.createContext("/", e -> { e.sendResponseHeaders(204, -1); e.close(); });
                server.start();
                """);

        var cache = new AotCache(JDK, folder.resolve("scratch"), said::add).train(program);

        assertThat(said).singleElement().asString().startsWith("Prepared the classes for the next start in ");
        // as in a container: other folders, and a JVM that refuses to start without the cache
        var jar = folder.resolve("scratch/training/app/app.jar");
        var elsewhere = Files.createDirectories(folder.resolve("elsewhere/app")).resolve("app.jar");
        Files.copy(jar, elsewhere, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        var run = new ProcessBuilder(
                        JDK.resolve("bin/java").toString(),
                        "-XX:AOTMode=on",
                        "-XX:AOTCache=" + cache.orElseThrow(),
                        "-cp",
                        elsewhere.toString(),
                        "demo.Main")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile());
        run.environment().put("PORT", "none"); // ends at once, after the class was loaded
        var process = run.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("out"))
                .content()
                .contains("NumberFormatException")
                .doesNotContain("Unable to use AOT cache");
    }

    @Test
    @Timeout(120)
    void doesNotReadAnAnswerWithoutAnEnd() throws Exception {
        var program = program("""
                var server = com.sun.net.httpserver.HttpServer.create(
                        new java.net.InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
                server.createContext("/", e -> {
                    e.sendResponseHeaders(200, 0);
                    while (true) {
                        e.getResponseBody().write(new byte[1024]);
                    }
                });
                server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
                server.start();
                """);

        assertThat(new AotCache(JDK, folder.resolve("scratch"), said::add).train(program))
                .as(String.valueOf(said))
                .isPresent();
    }

    /** Nor for single bytes, of which each comes soon enough. */
    @Test
    @Timeout(120)
    void doesNotWaitForAnAnswerThatDoesNotCome() throws Exception {
        var program = program("""
                var server = com.sun.net.httpserver.HttpServer.create(
                        new java.net.InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
                server.createContext("/", e -> {
                    e.sendResponseHeaders(200, 0);
                    while (true) {
                        e.getResponseBody().write(1);
                        e.getResponseBody().flush();
                        java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                    }
                });
                server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
                server.start();
                """);

        assertThat(new AotCache(JDK, folder.resolve("scratch"), Duration.ofSeconds(1), said::add).train(program))
                .as(String.valueOf(said))
                .isPresent();
    }

    @Test
    void leavesAloneWhatCannotBeTried() throws Exception {
        var program = program("throw new IllegalStateException(\"no database\");");

        assertThat(new AotCache(JDK, folder.resolve("scratch"), said::add).train(program))
                .isEmpty();
        assertThat(said)
                .singleElement()
                .asString()
                .startsWith("The classes are not prepared for the next start: the application did not listen at $PORT");
    }

    private JavaProgram program(String statements) throws IOException {
        var source = Files.createDirectories(folder.resolve("src/demo")).resolve("Main.java");
        Files.writeString(source, """
                package demo;
                public class Main { public static void main(String[] args) throws Exception {
                %s
                } }
                """.formatted(statements));
        var classes = Files.createDirectories(folder.resolve("classes"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", classes.toString(), source.toString()))
                .isZero();
        return JavaProgram.lay(new Application.Java(classes, null, List.of(), "demo.Main"), folder.resolve("scratch"));
    }
}
