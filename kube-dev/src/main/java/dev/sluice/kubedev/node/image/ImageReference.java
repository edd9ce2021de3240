package dev.sluice.kubedev.node.image;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A parsed image name: registry, repository, and a tag, a digest or both; Docker Hub's short forms are spelled out. */
public record ImageReference(String registry, String repository, Optional<String> tag, Optional<String> digest) {

    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*" + "(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern REGISTRY =
            Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+])(?::[0-9]+)?");

    /** Empty when the text is not a reference; a kubelet calls that `InvalidImageName`. */
    public static Optional<ImageReference> parse(String text) {
        String rest = text;
        Optional<String> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(rest.substring(at + 1));
            rest = rest.substring(0, at);
            if (!DIGEST.matcher(digest.get()).matches()) {
                return Optional.empty();
            }
        }
        String registry = "docker.io";
        int slash = rest.indexOf('/');
        if (slash > 0) {
            String first = rest.substring(0, slash);
            if (first.contains(".") || first.contains(":") || first.equals("localhost")) {
                registry = first;
                rest = rest.substring(slash + 1);
            }
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon >= 0) {
            tag = Optional.of(rest.substring(colon + 1));
            rest = rest.substring(0, colon);
            if (!TAG.matcher(tag.get()).matches()) {
                return Optional.empty();
            }
        }
        if (registry.equals("index.docker.io")) {
            registry = "docker.io";
        }
        if (registry.equals("docker.io") && !rest.contains("/")) {
            rest = "library/" + rest;
        }
        Matcher name = NAME.matcher(rest);
        if (!name.matches() || !REGISTRY.matcher(registry).matches()) {
            return Optional.empty();
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of("latest");
        }
        return Optional.of(new ImageReference(registry, rest, tag, digest));
    }

    /** What the manifest is asked for by: the digest when there is one. */
    public String version() {
        return digest.or(() -> tag).orElse("latest");
    }

    /** Whether an image of this name may change under its name, so that the default is to pull always. */
    public boolean floating() {
        return digest.isEmpty() && tag.filter("latest"::equals).isPresent();
    }

    public String withoutVersion() {
        return registry + "/" + repository;
    }

    @Override
    public String toString() {
        return withoutVersion()
                + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
