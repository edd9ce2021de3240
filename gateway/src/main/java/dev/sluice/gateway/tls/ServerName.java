package dev.sluice.gateway.tls;

import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.StandardConstants;

/** Refuses a name that no certificate is there for, with the alert TLS has for that, before a handshake goes on. */
final class ServerName extends SNIMatcher {
    private final HostKeys keys;

    ServerName(HostKeys keys) {
        super(StandardConstants.SNI_HOST_NAME);
        this.keys = keys;
    }

    static String of(SNIHostName name) {
        return name.getAsciiName().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean matches(SNIServerName name) {
        try {
            return keys.serves(of(new SNIHostName(name.getEncoded())));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
