package dev.sluice.app.control;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What comes back: pieces of output, then the exit code. */
sealed interface Frame {
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copied nowhere
    record Out(byte[] bytes) implements Frame {}

    @SuppressWarnings("ArrayRecordComponent") // never compared, and copied nowhere
    record Err(byte[] bytes) implements Frame {}

    /** One or more lines that whatever comes next replaces; empty only clears. For interactive terminals. */
    record Status(String line) implements Frame {}

    record Exit(int code) implements Frame {}

    static void write(DataOutputStream out, Frame frame) throws IOException {
        switch (frame) {
            case Out(byte[] bytes) -> {
                out.writeByte(1);
                Wire.bytes(out, bytes);
            }
            case Err(byte[] bytes) -> {
                out.writeByte(2);
                Wire.bytes(out, bytes);
            }
            case Status(String line) -> {
                out.writeByte(3);
                Wire.text(out, line);
            }
            case Exit(int code) -> {
                out.writeByte(4);
                out.writeInt(code);
            }
        }
        out.flush();
    }

    static Frame read(DataInputStream in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case 1 -> new Out(Wire.bytes(in));
            case 2 -> new Err(Wire.bytes(in));
            case 3 -> new Status(Wire.text(in));
            case 4 -> new Exit(in.readInt());
            default -> throw new IOException("unknown frame " + kind);
        };
    }
}
