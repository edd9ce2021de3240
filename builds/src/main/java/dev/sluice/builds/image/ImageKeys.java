package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** Names of the images' contents: the same key, the same image. */
record ImageKeys(String runtime, String seed, String step) {
    /** Changed when the way the images are put together changes. */
    private static final String LAYOUT = "1";

    private static final List<Path> C_LIBRARY = List.of(
            Path.of("/lib/x86_64-linux-gnu/libc.so.6"),
            Path.of("/lib/aarch64-linux-gnu/libc.so.6"),
            Path.of("/lib64/libc.so.6"));

    /** @param jdk whether the step image has the whole JDK besides */
    static ImageKeys of(Path javaHome, Path mavenHome, List<Path> libraries, boolean jdk) throws IOException {
        var runtimeKey = runtime(javaHome, LinkedRuntime.MODULES);
        var seed = digest();
        add(seed, LAYOUT + mavenHome.getFileName());
        try (var pom = Objects.requireNonNull(ImageKeys.class.getResourceAsStream("seed/pom.xml"))) {
            seed.update(pom.readAllBytes());
        }
        var seedKey = hex(seed);
        var step = digest();
        add(step, runtimeKey + seedKey + (jdk ? "jdk" : ""));
        for (var jar : libraries) {
            add(step, jar.getFileName().toString());
            step.update(Files.readAllBytes(jar));
        }
        return new ImageKeys(runtimeKey, seedKey, hex(step));
    }

    /** Of the runtime with these modules of this JDK, on the C library of this machine. */
    static String runtime(Path javaHome, List<String> modules) throws IOException {
        var runtime = digest();
        add(runtime, LAYOUT + modules);
        runtime.update(Files.readAllBytes(javaHome.resolve("release")));
        for (var library : C_LIBRARY) {
            if (Files.exists(library)) {
                runtime.update(Files.readAllBytes(library));
                break;
            }
        }
        return hex(runtime);
    }

    private static void add(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
