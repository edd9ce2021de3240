package dev.sluice.e2e.conformance;

import dev.sluice.e2e.Platform;
import dev.sluice.testing.TestImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Two images of the probe and one of HTTP/2, made of this machine's files and pushed once per run and platform. */
enum ProbeImages {
    V1("first words"),
    V2("second words"),
    HTTP2("");

    private static final Map<String, String> PUSHED = new ConcurrentHashMap<>();

    private final String message;

    ProbeImages(String message) {
        this.message = message;
    }

    /** What this image says to a plain GET. */
    String message() {
        return message;
    }

    /** With a tag, which the platform has to resolve. */
    String reference(Platform platform) {
        return platform.registry() + "/conformance/probe:" + pushed(platform, this);
    }

    private static synchronized String pushed(Platform platform, ProbeImages image) {
        return PUSHED.computeIfAbsent(platform.registry() + image, _ -> {
            try {
                var tag = image.name().toLowerCase(java.util.Locale.ROOT);
                var reference = platform.registry() + "/conformance/probe:" + tag;
                var cache = Files.createDirectories(platform.home.resolve("test-images"));
                if (image == HTTP2) {
                    TestImage.pushHttp2(reference, cache);
                } else {
                    TestImage.pushProbe(reference, cache, image.message);
                }
                return tag;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
