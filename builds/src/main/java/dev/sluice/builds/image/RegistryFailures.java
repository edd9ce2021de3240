package dev.sluice.builds.image;

import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.InsecureRegistryException;
import com.google.cloud.tools.jib.api.RegistryUnauthorizedException;
import com.google.cloud.tools.jib.http.ResponseException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells what a registry's failure means: whether to ask it again, and what a person reads about it. Pure. */
final class RegistryFailures {
    private static final int TOO_MANY_REQUESTS = 429;

    /** Whether the same request may succeed a little later. */
    static boolean passing(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ResponseException response -> {
                    return response.getStatusCode() == TOO_MANY_REQUESTS || response.getStatusCode() >= 500;
                }
                case ConnectException _, UnknownHostException _, RegistryUnauthorizedException _ -> {
                    return false;
                }
                case SocketException _, SocketTimeoutException _ -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    static boolean unauthorized(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnauthorizedException) {
                return true;
            }
        }
        return false;
    }

    static ImagePush.Refused of(ImageReference target, Exception failure) {
        return of(target, failure, "did not take");
    }

    /** What an image was to stand on cannot be had. */
    static ImagePush.Refused pulling(ImageReference base, Exception failure) {
        return unauthorized(failure)
                ? new ImagePush.Refused(
                        "RegistryUnauthorized",
                        "the registry " + base.getRegistry() + " does not let the build's service account pull " + base,
                        failure)
                : of(base, failure, "did not give");
    }

    static ImagePush.Refused missing(ImageReference base) {
        return new ImagePush.Refused(
                "BaseImageNotFound", "the registry " + base.getRegistry() + " has no image " + base, null);
    }

    private static ImagePush.Refused of(ImageReference image, Exception failure, String what) {
        var registry = image.getRegistry();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnauthorizedException refusal) {
                return unauthorized(image, refusal, failure);
            }
            if (cause instanceof InsecureRegistryException) {
                return new ImagePush.Refused(
                        "RegistryInsecure",
                        "the registry " + registry + " does not speak TLS and is not among the insecure registries",
                        failure);
            }
            if (cause instanceof UnknownHostException || cause instanceof ConnectException) {
                return new ImagePush.Refused(
                        "RegistryUnreachable", "the registry " + registry + " cannot be reached", failure);
            }
        }
        return new ImagePush.Refused(
                "RegistryError", "the registry " + registry + " " + what + " " + image + ": " + said(failure), failure);
    }

    /** The image that was refused may be the one below. */
    private static ImagePush.Refused unauthorized(
            ImageReference target, RegistryUnauthorizedException refusal, Exception failure) {
        var image = refusal.getImageReference();
        boolean pushing = image.equals(target.getRegistry() + "/" + target.getRepository());
        int slash = image.indexOf('/');
        return new ImagePush.Refused(
                "RegistryUnauthorized",
                pushing
                        ? "the registry " + target.getRegistry() + " does not let the build's service account push "
                                + target
                        : "the registry " + (slash < 0 ? image : image.substring(0, slash))
                                + " does not let the build's service account pull " + image,
                failure);
    }

    /** The first line of what lies at the bottom. */
    static String said(Exception failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof ResponseException)) {
            root = root.getCause();
        }
        if (root instanceof ResponseException response) {
            return "it answers " + response.getStatusCode();
        }
        return Objects.requireNonNullElse(root.getMessage(), root.toString())
                .lines()
                .findFirst()
                .orElse("");
    }

    private RegistryFailures() {}
}
