package dev.sluice.app.platform;

import dev.sluice.model.dataplane.TlsCertificate;
import dev.sluice.serving.domain.PemPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is asked for about TLS.
 *
 * @param port on loopback, or 0 for that of last time
 * @param certificate file with the chain for names that have no certificate of their own, if any
 * @param key file with its key
 */
public record GatewayTls(
        int port, @Nullable Path certificate, @Nullable Path key) {
    public GatewayTls {
        if ((certificate == null) != (key == null)) {
            throw new PlatformException("--tls-certificate and --tls-key need each other");
        }
    }

    @Nullable
    TlsCertificate fallback() {
        if (certificate == null || key == null) {
            return null;
        }
        try {
            return PemPair.read(Files.readString(certificate), Files.readString(key));
        } catch (IOException e) {
            throw new PlatformException("reading " + certificate + " and " + key + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new PlatformException(certificate + " and " + key + " cannot be used: " + e.getMessage(), e);
        }
    }
}
