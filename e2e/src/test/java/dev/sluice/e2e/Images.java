package dev.sluice.e2e;

import dev.sluice.testing.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The test images, pushed once to the registry of each platform. */
final class Images {
    private static final Map<String, String> PUSHED = new ConcurrentHashMap<>();

    /** A reference with a tag, which the platform has to resolve. */
    static String echo(Platform platform) {
        return push(platform, platform.registry() + "/e2e/echo:1");
    }

    /** A program that asks a URL and ends when it is answered. */
    static String ask(Platform platform) {
        return PUSHED.computeIfAbsent(platform.registry() + "/e2e/ask:1", reference -> {
            TestImage.pushAsk(reference, cache(platform));
            return reference;
        });
    }

    /** Pushes to where the platform takes docker.io's images from; returns the reference as docker.io has it. */
    static String onDockerHub(Platform platform, String name) {
        push(platform, platform.dockerHub() + "/" + name);
        return "docker.io/" + name;
    }

    private static String push(Platform platform, String wanted) {
        return PUSHED.computeIfAbsent(wanted, reference -> {
            TestImage.pushEcho(reference, cache(platform));
            return reference;
        });
    }

    private static Path cache(Platform platform) {
        try {
            return Files.createDirectories(platform.home.resolve("test-images"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Images() {}
}
