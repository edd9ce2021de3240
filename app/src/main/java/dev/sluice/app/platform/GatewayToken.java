package dev.sluice.app.platform;

import dev.sluice.app.state.StateDir;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What a gateway shows to be let in: made once, in a file that only its owner reads. */
record GatewayToken(Path file) {
    private static final int BYTES = 32;

    static GatewayToken in(StateDir state) {
        return new GatewayToken(state.root().resolve("gateway.token"));
    }

    String read() {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new PlatformException(
                    "there is no readable token in " + file + "; 'sluice up --gateways' makes it in its state folder",
                    e);
        }
    }

    /** The one that is there, else a new one. */
    String make() {
        if (Files.isReadable(file)) {
            return read();
        }
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        var token = HexFormat.of().formatHex(bytes);
        try {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "gateway", ".token", ownerOnly);
            try {
                Files.writeString(fresh, token);
                // fails when an instance and its gateway do this at once: one of them is first
                Files.createLink(file, fresh);
            } finally {
                Files.delete(fresh);
            }
            return token;
        } catch (FileAlreadyExistsException _) {
            return read();
        } catch (IOException e) {
            throw new PlatformException("writing " + file + ": " + e.getMessage(), e);
        }
    }
}
