package dev.sluice.app.cli;

import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.control.Output;
import dev.sluice.app.platform.Platform;
import java.nio.file.Path;
import java.util.function.Consumer;

/** One verb at work in the instance: what it works on, and where its words go. */
record Session(Platform platform, ControlRequest request, Output output) {
    void say(String line) {
        output.out().println(line);
    }

    void complain(String line) {
        output.err().println(line);
    }

    /** A line that the next one replaces, for those who look; others see nothing. */
    void progress(String line) {
        if (request.terminal().interactive()) {
            output.status(line);
        }
    }

    Style style() {
        return new Style(request.terminal().colour());
    }

    Path path(Path given) {
        return request.folder().resolve(given).normalize();
    }

    Consumer<String> lines() {
        return this::say;
    }
}
