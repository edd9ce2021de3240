package dev.sluice.serving.digest;

import org.jspecify.annotations.Nullable;

/**
 * An image as its author wrote it, taken apart the way Docker does.
 *
 * @param written without tag and digest
 * @param registry host and port; Docker Hub's when none is written
 * @param digest null when only a tag is given
 */
record ImageName(
        String written,
        String registry,
        String repository,
        String tag,
        @Nullable String digest) {
    static final String HUB = "docker.io";
    /** Its other name. */
    static final String HUB_INDEX = "index.docker.io";

    static ImageName parse(String image) {
        var rest = image;
        String digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        var tag = "latest";
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/')) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        int slash = rest.indexOf('/');
        var head = slash < 0 ? "" : rest.substring(0, slash);
        boolean named = head.contains(".") || head.contains(":") || head.equals("localhost");
        var registry = named ? head : HUB;
        var repository = named ? rest.substring(slash + 1) : rest;
        if (registry.equals(HUB_INDEX)) {
            registry = HUB;
        }
        if (registry.equals(HUB) && !repository.contains("/")) {
            repository = "library/" + repository;
        }
        return new ImageName(rest, registry, repository, tag, digest);
    }

    String with(String resolved) {
        return written + "@" + resolved;
    }
}
