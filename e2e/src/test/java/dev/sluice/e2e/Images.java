package dev.sluice.e2e;

import dev.sluice.testing.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The test images, pushed once to the registry of each platform. */
final class Images {
    private static final Map<String, String> PUSHED = new ConcurrentHashMap<>();

    /** A reference with a tag, which the platform has to resolve. */
    static String echo(Platform platform) {
        return push(platform, platform.registry() + "/e2e/echo:1");
    }

    /** Pushes to where the platform takes docker.io's images from; returns the reference as docker.io has it. */
    static String onDockerHub(Platform platform, String name) {
        push(platform, platform.dockerHub() + "/" + name);
        return "docker.io/" + name;
    }

    private static String push(Platform platform, String wanted) {
        return PUSHED.computeIfAbsent(wanted, reference -> {
            try {
                TestImage.pushEcho(reference, Files.createDirectories(platform.home.resolve("test-images")));
                return reference;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Images() {}
}
