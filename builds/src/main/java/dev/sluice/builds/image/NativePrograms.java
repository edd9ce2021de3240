package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Programs of machine code, with what they load. */
public final class NativePrograms {
    /** Libraries that a program asks for and that are not on this machine. */
    public static final class MissingLibraries extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MissingLibraries(String message) {
            super(message);
        }
    }

    /** Empty when the file is no such program. */
    public static Optional<Application.Program> read(Path file) throws IOException {
        var elf = ElfFile.read(file);
        if (elf.isEmpty()) {
            return Optional.empty();
        }
        if (elf.get().interpreter().isEmpty()) {
            return Optional.of(new Application.Program(file, List.of()));
        }
        var libraries = SharedLibraries.of(List.of(file));
        var names = libraries.stream().map(l -> l.getFileName().toString()).collect(Collectors.toSet());
        var missing = new ArrayList<>(elf.get().needed());
        missing.removeIf(names::contains);
        if (!missing.isEmpty()) {
            throw new MissingLibraries("the program " + file.getFileName() + " needs libraries that are not here: "
                    + String.join(", ", missing) + "; link it statically, or name an image that has them as BASE");
        }
        return Optional.of(new Application.Program(file, List.copyOf(libraries)));
    }

    private NativePrograms() {}
}
