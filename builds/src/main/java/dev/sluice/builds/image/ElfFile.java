package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a 64-bit ELF file needs to be loaded.
 *
 * @param interpreter the program that loads it
 * @param needed names of shared libraries
 * @param runPath where the file says they are first looked for, {@code $ORIGIN} not yet replaced
 */
record ElfFile(Optional<String> interpreter, List<String> needed, List<String> runPath) {
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERPRETER = 3;
    private static final long NEEDED = 1;
    private static final long STRING_TABLE = 5;
    private static final long RPATH = 15;
    private static final long RUNPATH = 29;

    ElfFile {
        needed = List.copyOf(needed);
        runPath = List.copyOf(runPath);
    }

    private record Segment(int type, long offset, long address, long size) {}

    /** Empty when the file is no such file. */
    static Optional<ElfFile> read(Path file) throws IOException {
        try (var channel = FileChannel.open(file)) {
            if (channel.size() < 64) {
                return Optional.empty();
            }
            var data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            if (data.getInt(0) != 0x7f454c46 || data.get(4) != 2) {
                return Optional.empty();
            }
            return Optional.of(parse(data.order(data.get(5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)));
        }
    }

    private static ElfFile parse(ByteBuffer data) {
        var segments = new ArrayList<Segment>();
        long table = data.getLong(32);
        int size = Short.toUnsignedInt(data.getShort(54));
        int count = Short.toUnsignedInt(data.getShort(56));
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact(table + (long) i * size);
            segments.add(
                    new Segment(data.getInt(at), data.getLong(at + 8), data.getLong(at + 16), data.getLong(at + 32)));
        }
        var interpreter = segments.stream()
                .filter(s -> s.type() == INTERPRETER)
                .findFirst()
                .map(s -> text(data, s.offset()));
        var dynamic = segments.stream().filter(s -> s.type() == DYNAMIC).findFirst();
        if (dynamic.isEmpty()) {
            return new ElfFile(interpreter, List.of(), List.of());
        }
        var neededAt = new ArrayList<Long>();
        var pathsAt = new ArrayList<Long>();
        long strings = 0;
        for (long at = dynamic.get().offset();
                at < dynamic.get().offset() + dynamic.get().size();
                at += 16) {
            long tag = data.getLong(Math.toIntExact(at));
            long value = data.getLong(Math.toIntExact(at + 8));
            if (tag == 0) {
                break;
            } else if (tag == NEEDED) {
                neededAt.add(value);
            } else if (tag == RPATH || tag == RUNPATH) {
                pathsAt.add(value);
            } else if (tag == STRING_TABLE) {
                strings = offset(segments, value);
            }
        }
        long base = strings;
        return new ElfFile(
                interpreter,
                neededAt.stream().map(at -> text(data, base + at)).toList(),
                pathsAt.stream()
                        .flatMap(at -> List.of(text(data, base + at).split(":")).stream())
                        .toList());
    }

    private static long offset(List<Segment> segments, long address) {
        return segments.stream()
                .filter(s -> s.type() == LOAD && s.address() <= address && address < s.address() + s.size())
                .findFirst()
                .map(s -> address - s.address() + s.offset())
                .orElse(address);
    }

    private static String text(ByteBuffer data, long offset) {
        int start = Math.toIntExact(offset);
        int end = start;
        while (data.get(end) != 0) {
            end++;
        }
        var bytes = new byte[end - start];
        data.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
