package dev.sluice.app.control;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command line and where it was typed. */
public record ControlRequest(List<String> words, Path folder, Terminal terminal) {
    private static final int PROTOCOL = 1;
    private static final int MOST_WORDS = 10_000;

    public ControlRequest {
        words = List.copyOf(words);
    }

    /**
     * What the one who typed sees.
     *
     * @param interactive whether lines may be rewritten
     * @param colour whether escape sequences may be used
     */
    public record Terminal(boolean interactive, boolean colour) {}

    void write(DataOutputStream out) throws IOException {
        out.writeInt(PROTOCOL);
        out.writeInt(words.size());
        for (var word : words) {
            Wire.text(out, word);
        }
        Wire.text(out, folder.toString());
        out.writeBoolean(terminal.interactive());
        out.writeBoolean(terminal.colour());
        out.flush();
    }

    static ControlRequest read(DataInputStream in) throws IOException {
        if (in.readInt() != PROTOCOL) {
            throw new IOException("the running instance is of another version; restart it (sluice down, sluice up)");
        }
        int count = in.readInt();
        if (count < 0 || count > MOST_WORDS) {
            throw new IOException("not a command line: " + count + " words");
        }
        var words = new ArrayList<String>(count);
        for (int i = 0; i < count; i++) {
            words.add(Wire.text(in));
        }
        var folder = Path.of(Wire.text(in));
        return new ControlRequest(words, folder, new Terminal(in.readBoolean(), in.readBoolean()));
    }
}
