package dev.sluice.builds.step;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellFactory;

/** Git over SSH on loopback, for one key: it runs the commands it is sent, as this user. */
final class GitSshServer implements AutoCloseable {
    private final SshServer server;
    private final PublicKey hostKey;

    private GitSshServer(SshServer server, PublicKey hostKey) {
        this.server = server;
        this.hostKey = hostKey;
    }

    static GitSshServer start(PublicKey allowed) throws IOException {
        var host = newKey();
        var server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(host));
        server.setPublickeyAuthenticator((_, key, _) -> KeyUtils.compareKeys(key, allowed));
        server.setCommandFactory(
                (channel, command) -> new ProcessShellFactory(command, "/bin/sh", "-c", command).createShell(channel));
        server.start();
        return new GitSshServer(server, host.getPublic());
    }

    static KeyPair newKey() {
        try {
            return KeyUtils.generateKeyPair("ecdsa-sha2-nistp256", 256);
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@code ssh-keygen} writes it. */
    static void writePrivate(KeyPair key, Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", null, out);
        } catch (java.security.GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    String host() {
        return "127.0.0.1:"
                + ((InetSocketAddress) server.getBoundAddresses().iterator().next()).getPort();
    }

    String url() {
        return "ssh://git@" + host();
    }

    /** The line of a known_hosts file. */
    String knownHost() {
        return knownHost(hostKey);
    }

    String knownHost(PublicKey key) {
        return "[127.0.0.1]:" + host().substring(host().lastIndexOf(':') + 1) + " " + PublicKeyEntry.toString(key)
                + "\n";
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
