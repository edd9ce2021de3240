package dev.sluice.builds.step;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/** Answers JGit from {@code ~/.git-credentials}, as Git's own {@code store} helper does. */
final class StoredCredentials extends CredentialsProvider {
    private final List<URI> known;

    private StoredCredentials(List<URI> known) {
        this.known = known;
    }

    static StoredCredentials read(Path home) throws IOException {
        var file = home.resolve(".git-credentials");
        if (!Files.exists(file)) {
            return new StoredCredentials(List.of());
        }
        return new StoredCredentials(Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank())
                .map(line -> URI.create(line.strip()))
                .toList());
    }

    boolean knows(URIish uri) {
        return find(uri).isPresent();
    }

    private Optional<String[]> find(URIish uri) {
        return known.stream()
                .filter(c -> Objects.equals(c.getScheme(), uri.getScheme())
                        && Objects.equals(c.getHost(), uri.getHost())
                        && c.getPort() == uri.getPort()
                        && c.getRawUserInfo() != null)
                .findFirst()
                .map(c -> c.getRawUserInfo().split(":", 2));
    }

    @Override
    public boolean isInteractive() {
        return false;
    }

    @Override
    public boolean supports(CredentialItem... items) {
        return List.of(items).stream()
                .allMatch(i -> i instanceof CredentialItem.Username || i instanceof CredentialItem.Password);
    }

    @Override
    public boolean get(URIish uri, CredentialItem... items) {
        var found = find(uri);
        if (found.isEmpty()) {
            return false;
        }
        var user = decode(found.get()[0]);
        var password = found.get().length > 1 ? decode(found.get()[1]) : "";
        for (var item : items) {
            switch (item) {
                case CredentialItem.Username name -> name.setValue(user);
                case CredentialItem.Password secret -> secret.setValue(password.toCharArray());
                default -> {
                    return false;
                }
            }
        }
        return true;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
