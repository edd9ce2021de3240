package dev.sluice.kubedev.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Content by its digest, shared by all repositories: a blob that one of them has, every one has. */
final class Blobs {

    private final Path folder;

    Blobs(Path folder) {
        this.folder = folder;
    }

    Optional<Path> find(Digest digest) {
        return Optional.of(place(digest)).filter(Files::isRegularFile);
    }

    Path get(Digest digest) {
        return find(digest).orElseThrow(() -> RegistryError.blobUnknown(digest));
    }

    Digest put(byte[] content) throws IOException {
        var digest = Digest.of(content);
        if (find(digest).isEmpty()) {
            Durable.write(place(digest), content);
        }
        return digest;
    }

    /** Takes a file whose digest was verified. */
    void adopt(Path verified, Digest digest) throws IOException {
        Durable.move(verified, place(digest));
    }

    void delete(Digest digest) throws IOException {
        if (!Files.deleteIfExists(place(digest))) {
            throw RegistryError.blobUnknown(digest);
        }
    }

    private Path place(Digest digest) {
        return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
    }
}
