package dev.sluice.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One deploy at work: checks, builds, applies, waits, and says each thing once. */
final class Deployment {
    private static final String PLACEHOLDER_IMAGE = "sluice.invalid/checked@sha256:" + "0".repeat(64);
    private static final String TEMPLATE = "jib";
    private static final Duration READY_LIMIT = Duration.ofMinutes(10);

    private final Session session;
    private final ServiceManifest service;
    private final long began = System.nanoTime();

    Deployment(Session session, ServiceManifest service) {
        this.session = session;
        this.service = service;
    }

    void run(String image, String origin) throws InterruptedException {
        check();
        var refusal = session.platform().refusal(service.namespace(), image);
        if (refusal.isPresent()) {
            throw new VerbException(refusal.get());
        }
        apply(image, Map.of(ServiceManifest.SOURCE, origin));
        awaitReady();
    }

    /** Refused input must be refused before anything is made. */
    void check() {
        // with an annotation, as later: an apply that takes the last one away is refused by the API server
        var manifest = service.with(PLACEHOLDER_IMAGE, Map.of(ServiceManifest.SOURCE, "checked"));
        session.platform().kubernetes().resource(manifest).dryRun().patch(applying());
    }

    /** As {@link #check}, for what is built first. */
    void checkBuild() {
        check();
        TemplatePresence.check(session, service.namespace(), TEMPLATE);
    }

    void buildAndRun(BuildSource source, String path, @Nullable String image, String cache, boolean watch)
            throws InterruptedException {
        var target = image == null ? session.platform().imageOf(service.namespace(), service.name()) : image;
        var order = BuildOrder.of(
                service.namespace(), service.name(), source, TEMPLATE, Map.of("IMAGE", target, "DIRECTORY", path));
        var outcome = (cache.isEmpty() ? order : order.withCache("CACHE", cache)).run(session, watch);
        if (outcome.image().isEmpty()) {
            throw new VerbException("build " + outcome.name() + " succeeded but says no digest");
        }
        session.say(String.format("Image     %s (%.1f s)", outcome.image(), seconds()));
        var notes = new java.util.TreeMap<>(
                Map.of(ServiceManifest.SOURCE, source.origin(), ServiceManifest.BUILD, outcome.name()));
        if (!outcome.commit().isEmpty()) {
            notes.put(ServiceManifest.COMMIT, outcome.commit());
        }
        var applied = apply(outcome.image(), notes);
        own(applied, outcome.created());
        source.deployed(session, service.namespace(), service.name());
        awaitReady();
    }

    private GenericKubernetesResource apply(String image, Map<String, String> notes) {
        return session.platform()
                .kubernetes()
                .resource(service.with(image, notes))
                .patch(applying());
    }

    /** So that deleting the service deletes its builds. */
    private void own(GenericKubernetesResource applied, GenericKubernetesResource build) {
        var owner = new OwnerReferenceBuilder()
                .withApiVersion(applied.getApiVersion())
                .withKind(applied.getKind())
                .withName(applied.getMetadata().getName())
                .withUid(applied.getMetadata().getUid())
                .build();
        Kind.BUILD
                .in(session.platform().kubernetes())
                .inNamespace(service.namespace())
                .withName(build.getMetadata().getName())
                .edit(found -> {
                    found.getMetadata().setOwnerReferences(List.of(owner));
                    return found;
                });
    }

    private void awaitReady() throws InterruptedException {
        var client = session.platform().kubernetes();
        session.progress("Service   waiting for " + service.name() + " to be ready");
        var resource = Kind.SERVICE.in(client).inNamespace(service.namespace()).withName(service.name());
        var settled = resource.waitUntilCondition(
                found -> found != null && settled(Kind.json(found)), READY_LIMIT.toSeconds(), TimeUnit.SECONDS);
        var object = Kind.json(Objects.requireNonNull(settled));
        var ready = Facts.condition(object, "Ready");
        if (!ready.map(c -> c.path("status").asText()).orElse("").equals("True")) {
            throw new VerbException("service " + service.name() + " is not ready: "
                    + ready.map(Facts::why).orElse("it says nothing"));
        }
        for (var held : List.of("RolloutPaused", "RolledBack")) {
            Facts.condition(object, held).ifPresent(c -> session.say("Rollout   " + Facts.why(c)));
        }
        session.say(String.format(
                "Revision  %s ready after %.1f s", Facts.text(object, "/status/latestReadyRevisionName"), seconds()));
        session.say("URL       " + session.style().strong(Facts.text(object, "/status/url")));
    }

    private static boolean settled(JsonNode object) {
        boolean seen = object.at("/status/observedGeneration").asLong(-1)
                == object.at("/metadata/generation").asLong();
        var ready = Facts.status(object, "Ready");
        return seen && (ready.equals("True") || ready.equals("False"));
    }

    private static PatchContext applying() {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("sluice-deploy")
                .withFieldValidation("Strict")
                .withForce(true)
                .build();
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }
}
