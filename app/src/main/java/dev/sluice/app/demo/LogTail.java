package dev.sluice.app.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The lines of a growing file that have not been shown yet. */
final class LogTail implements AutoCloseable {
    private final BufferedReader reader;
    private final StringBuilder unfinished = new StringBuilder();

    LogTail(Path file) throws IOException {
        reader = Files.newBufferedReader(file);
    }

    List<String> fresh() throws IOException {
        var lines = new ArrayList<String>();
        while (reader.ready()) {
            int c = reader.read();
            if (c < 0) {
                break;
            }
            if (c == '\n') {
                lines.add(unfinished.toString());
                unfinished.setLength(0);
            } else if (c != '\r') {
                unfinished.append((char) c);
            }
        }
        return lines;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
