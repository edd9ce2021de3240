package dev.sluice.gateway.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Presents to each client the certificate of the host it asks for, else the default one. Aliases are host names. */
final class HostKeys extends X509ExtendedKeyManager {
    private static final String DEFAULT = "";

    private final Map<String, TlsIdentity> byHost;
    private final @Nullable TlsIdentity fallback;

    HostKeys(Map<String, TlsIdentity> byHost, @Nullable TlsIdentity fallback) {
        this.byHost = Map.copyOf(byHost);
        this.fallback = fallback;
    }

    /** Whether there is a certificate to present for the name. */
    boolean serves(String host) {
        return fallback != null || byHost.containsKey(host);
    }

    private @Nullable TlsIdentity identity(String alias) {
        return alias.equals(DEFAULT) ? fallback : byHost.get(alias);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        var alias = engine == null ? DEFAULT : asked(engine);
        var identity = identity(alias);
        return identity != null && identity.suits(keyType) ? alias : null;
    }

    private String asked(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (var name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    var lower = ServerName.of(host);
                    return byHost.containsKey(lower) ? lower : DEFAULT;
                }
            }
        }
        return DEFAULT;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var identity = identity(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var identity = identity(alias);
        return identity == null ? null : identity.key();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null; // only engines are used
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
