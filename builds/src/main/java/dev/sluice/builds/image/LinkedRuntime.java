package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A Java runtime linked from a JDK. The same modules of the same JDK make the same files. */
final class LinkedRuntime {
    /**
     * Of the runtime that applications share: all modules of Java SE that run without a screen, and the compiler, so that the image that
     * builds and the images that run have one layer in common.
     */
    static final List<String> MODULES = List.of(
            "java.se",
            "jdk.charsets",
            "jdk.compiler",
            "jdk.crypto.cryptoki",
            "jdk.crypto.ec",
            "jdk.dynalink",
            "jdk.httpserver",
            "jdk.jartool",
            "jdk.jfr",
            "jdk.localedata",
            "jdk.management",
            "jdk.management.agent",
            "jdk.naming.dns",
            "jdk.net",
            "jdk.nio.mapmode",
            "jdk.security.auth",
            "jdk.security.jgss",
            "jdk.unsupported",
            "jdk.xml.dom",
            "jdk.zipfs");

    private static final int MINUTES = 5;
    /** They need a screen or a sound card, and libraries that no server has. */
    private static final List<String> USELESS =
            List.of("lib/libawt_xawt.so", "lib/libsplashscreen.so", "lib/libjsound.so", "lib/libjawt.so");

    /** The Java that this program runs on, when it is one of these: that of an image which has the runtime's layer. */
    static Optional<Path> running() {
        var home = Path.of(System.getProperty("java.home"));
        return Files.exists(home.resolve("lib/modules")) && !Files.exists(home.resolve("bin/jlink"))
                ? Optional.of(home)
                : Optional.empty();
    }

    /** Links into a folder that does not exist yet. Libraries are taken as they are: to strip them would take objcopy. */
    static void link(Path javaHome, List<String> modules, Path target) throws IOException {
        var log = Files.createTempFile("jlink", ".log");
        try {
            var process = new ProcessBuilder(
                            javaHome.resolve("bin/jlink").toString(),
                            "--add-modules",
                            String.join(",", modules),
                            "--strip-java-debug-attributes",
                            "--no-man-pages",
                            "--no-header-files",
                            "--output",
                            target.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            wait(process, "linking a Java runtime from " + javaHome, log);
            for (var file : USELESS) {
                Files.deleteIfExists(target.resolve(file));
            }
            archive(target, log);
        } finally {
            Files.deleteIfExists(log);
        }
    }

    /** The JDK's default archive of parsed classes: it halves the start of a JVM. */
    private static void archive(Path runtime, Path log) throws IOException {
        var process = new ProcessBuilder(runtime.resolve("bin/java").toString(), "-Xshare:dump")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        wait(process, "archiving the classes of the runtime", log);
    }

    private static void wait(Process process, String what, Path log) throws IOException {
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(what + " took longer than " + MINUTES + " minutes");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(what + " failed: " + Files.readString(log).strip());
        }
    }

    private LinkedRuntime() {}
}
