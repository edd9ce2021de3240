package dev.sluice.serving;

import dev.sluice.api.conditions.Condition;
import dev.sluice.api.serving.Configuration;
import dev.sluice.api.serving.DomainMapping;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.Route;
import dev.sluice.serving.cluster.Cache;
import dev.sluice.serving.cluster.Caches;
import dev.sluice.serving.cluster.Events;
import dev.sluice.serving.cluster.ObjectKey;
import dev.sluice.serving.cluster.Writes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says on an object that it could not be brought up to date, with upstream's reasons: as an event, and in its status. */
final class Troubles {
    private final Events events;
    private final Writes writes;
    private final Clock clock;

    Troubles(Events events, Writes writes, Clock clock) {
        this.events = events;
        this.writes = writes;
        this.clock = clock;
    }

    /** What every status has. */
    private record Said(@Nullable Long observedGeneration, List<Condition> conditions) {}

    BiConsumer<ObjectKey, RuntimeException> services(Caches caches) {
        return of(caches.services(), KnativeService::getStatus, s -> new Said(s.observedGeneration(), s.conditions()));
    }

    BiConsumer<ObjectKey, RuntimeException> configurations(Caches caches) {
        return of(
                caches.configurations(),
                Configuration::getStatus,
                s -> new Said(s.observedGeneration(), s.conditions()));
    }

    BiConsumer<ObjectKey, RuntimeException> revisions(Caches caches) {
        return of(caches.revisions(), Revision::getStatus, s -> new Said(s.observedGeneration(), s.conditions()));
    }

    BiConsumer<ObjectKey, RuntimeException> routes(Caches caches) {
        return of(caches.routes(), Route::getStatus, s -> new Said(s.observedGeneration(), s.conditions()));
    }

    BiConsumer<ObjectKey, RuntimeException> domainMappings(Caches caches) {
        return of(
                caches.domainMappings(),
                DomainMapping::getStatus,
                s -> new Said(s.observedGeneration(), s.conditions()));
    }

    private <T extends HasMetadata, S> BiConsumer<ObjectKey, RuntimeException> of(
            Cache<T> cache, Function<T, S> status, Function<S, Said> said) {
        return (key, failure) -> cache.get(key).ifPresent(object -> {
            events.warning(object, "InternalError", String.valueOf(failure.getMessage()));
            if (failure instanceof KubernetesClientException e && e.getCode() == 0) {
                return; // there was no answer, and would be none now: the next attempt shall not wait for it
            }
            var before = said.apply(status.apply(object));
            writes.notBroughtUpToDate(object, before.observedGeneration(), before.conditions(), clock.instant());
        });
    }
}
