package dev.sluice.builds.step;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;

/** Tells what went wrong with a repository in one sentence, with the reasons that Shipwright uses. */
final class GitFailures {
    static StepFailure of(String url, String revision, boolean hadCredentials, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var text = Objects.requireNonNullElse(cause.getMessage(), "").toLowerCase(Locale.ROOT);
            if (cause instanceof UnknownHostException
                    || cause instanceof java.nio.channels.UnresolvedAddressException) {
                return unreachable(url, "its host name is unknown", failure);
            }
            if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
                return unreachable(url, "nothing answers there", failure);
            }
            if (cause instanceof SocketTimeoutException) {
                return unreachable(url, "it does not answer in time", failure);
            }
            if (text.contains("server key did not validate")) {
                return hadCredentials
                        ? new StepFailure(
                                "GitHostKeyMismatch",
                                "the Git server of " + url
                                        + " has another host key than the known_hosts of the build's service account",
                                failure)
                        : keyNeeded(url, failure);
            }
            if (text.contains("no more authentication methods")) {
                return hadCredentials
                        ? new StepFailure(
                                "GitAuthInvalidKey",
                                "the Git repository " + url + " refuses the SSH key of the build's service account",
                                failure)
                        : keyNeeded(url, failure);
            }
            if (text.contains("not authorized")
                    || text.contains("auth fail")
                    || text.contains("authentication is required")
                    || text.contains("not permitted")) {
                return hadCredentials
                        ? new StepFailure(
                                "GitAuthInvalidUserOrPass",
                                "the Git repository " + url + " refuses the credentials of the build's service account",
                                failure)
                        : new StepFailure(
                                "GitRemoteRepositoryPrivate",
                                "the Git repository " + url
                                        + " asks for credentials, and the build's service account has none for it",
                                failure);
            }
            if (cause instanceof NoRemoteRepositoryException
                    || text.contains("not found")
                    || text.contains("not a git repository")) {
                return new StepFailure("GitRemoteRepositoryNotFound", "there is no Git repository at " + url, failure);
            }
        }
        return new StepFailure(
                "GitError",
                "fetching \"" + revision + "\" from the Git repository " + url + " failed: " + root(failure),
                failure);
    }

    private static StepFailure keyNeeded(String url, Throwable cause) {
        return new StepFailure(
                "GitRemoteRepositoryPrivate",
                "the Git repository " + url + " asks for an SSH key, and the build's service account has none for it",
                cause);
    }

    private static StepFailure unreachable(String url, String why, Throwable cause) {
        return new StepFailure(
                "GitRemoteUnreachable", "the Git repository " + url + " cannot be reached: " + why, cause);
    }

    private static String root(Throwable failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return Objects.requireNonNullElse(root.getMessage(), root.toString());
    }

    private GitFailures() {}
}
