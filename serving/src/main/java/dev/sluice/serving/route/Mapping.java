package dev.sluice.serving.route;

import dev.sluice.model.dataplane.HostRule;
import dev.sluice.model.dataplane.TlsCertificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A domain that answers as another host does, whatever that host's rule becomes.
 *
 * @param domain in lower case
 * @param target a host, in lower case
 * @param otherwise the rule while nobody has the target, if any
 * @param redirectToHttps whether plain HTTP is sent to HTTPS
 */
public record Mapping(
        String domain,
        String target,
        Optional<HostRule> otherwise,
        Optional<TlsCertificate> certificate,
        boolean redirectToHttps) {
    Optional<HostRule> rule(@Nullable HostRule ofTarget) {
        return Optional.ofNullable(ofTarget).or(() -> otherwise).map(rule -> rule.redirecting(redirectToHttps));
    }
}
