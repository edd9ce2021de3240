package dev.sluice.api.serving.admission;

import java.util.Optional;
import java.util.regex.Pattern;

/** Whether an image's name can be one, by the rules and in the words of Go's containerregistry under weak validation. */
public final class ImageReference {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_.-]{1,127}");
    private static final Pattern REPOSITORY = Pattern.compile("[a-z0-9_./-]{2,255}");
    private static final Pattern DIGEST = Pattern.compile("[sh:0-9a-f]{71}");
    private static final Pattern REGISTRY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~!$&'()*+,;=-]+)(:[0-9]*)?");

    /** What is wrong, or nothing. */
    public static Optional<String> error(String image) {
        if (image.startsWith("http://") || image.startsWith("https://")) {
            return Optional.of("image reference must not contain a URL scheme (http:// or https://): " + image
                    + "; to connect to a registry over plain HTTP, use name.Insecure");
        }
        return isTagged(image) || isDigested(image)
                ? Optional.empty()
                : Optional.of("could not parse reference: " + image);
    }

    private static boolean isTagged(String image) {
        int colon = image.lastIndexOf(':');
        if (colon < 0 || image.indexOf('/', colon) >= 0) {
            return isRepository(image);
        }
        var tag = image.substring(colon + 1);
        return (tag.isEmpty() || TAG.matcher(tag).matches()) && isRepository(image.substring(0, colon));
    }

    private static boolean isDigested(String image) {
        int at = image.indexOf('@');
        if (at < 0 || image.indexOf('@', at + 1) >= 0) {
            return false;
        }
        var base = image.substring(0, at);
        return DIGEST.matcher(image.substring(at + 1)).matches() && (isTagged(base) || isRepository(base));
    }

    private static boolean isRepository(String name) {
        int slash = name.indexOf('/');
        if (slash > 0) {
            var first = name.substring(0, slash);
            if (first.contains(".") || first.contains(":")) {
                return REGISTRY.matcher(first).matches()
                        && REPOSITORY.matcher(name.substring(slash + 1)).matches();
            }
        }
        return REPOSITORY.matcher(name).matches();
    }

    private ImageReference() {}
}
