package dev.sluice.buses.control;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What subscribers may be called in 2018: a Service of the namespace, a host, or an http or https URL. */
final class Destinations {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?(/.*)?");

    /** A destination that cannot be one; the text names it. */
    static final class BadDestinationException extends Exception {
        BadDestinationException(String message) {
            super(message);
        }
    }

    static Optional<URI> resolve(@Nullable String destination, String namespace, String clusterDomain)
            throws BadDestinationException {
        if (destination == null || destination.isBlank()) {
            return Optional.empty();
        }
        var text = destination.strip();
        try {
            if (text.startsWith("http://") || text.startsWith("https://")) {
                var url = new URI(text);
                if (url.getHost() == null) {
                    throw new BadDestinationException("not a URL with a host: " + text);
                }
                return Optional.of(url.getRawPath().isEmpty() ? url.resolve("/") : url);
            }
            if (!HOST.matcher(text).matches()) {
                throw new BadDestinationException("neither a Service, a DNS name nor an http(s) URL: " + text);
            }
            boolean label = text.indexOf('.') < 0 && text.indexOf(':') < 0 && text.indexOf('/') < 0;
            var host = label ? text + "." + namespace + ".svc." + clusterDomain : text;
            return Optional.of(new URI("http://" + host + (host.indexOf('/') < 0 ? "/" : "")));
        } catch (URISyntaxException e) {
            throw new BadDestinationException("not a URL: " + text + " (" + e.getReason() + ")");
        }
    }

    private Destinations() {}
}
