package dev.sluice.builds;

import dev.sluice.api.build.Build;
import dev.sluice.workflows.build.BuildRef;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every unfinished Build its workflow, tells the workflow when the Build is to be cancelled, lets a Service run what was built for it,
 * and deletes Builds that have ended when they say that they need not be kept.
 */
@ControllerConfiguration(
        name = "build",
        generationAwareEventProcessing = false,
        informer = @Informer(onUpdateFilter = BuildReconciler.AskedOrEnded.class))
final class BuildReconciler implements Reconciler<Build> {
    private static final Logger LOG = LoggerFactory.getLogger(BuildReconciler.class);

    private final BuildWorkflows workflows;

    private final Clock clock;

    BuildReconciler(BuildWorkflows workflows, Clock clock) {
        this.workflows = workflows;
        this.clock = clock;
    }

    /** Of what changes in a Build, its spec and its end are of interest, and not where it stands in between. */
    public static final class AskedOrEnded implements OnUpdateFilter<Build> {
        @Override
        public boolean accept(Build build, Build old) {
            return !Objects.equals(
                            build.getMetadata().getGeneration(),
                            old.getMetadata().getGeneration())
                    || (build.getStatus().done() && !old.getStatus().done());
        }
    }

    @Override
    public UpdateControl<Build> reconcile(Build build, Context<Build> context) {
        if (build.getStatus().done()) {
            BuiltService.deploy(context.getClient(), build);
            return retained(build, context);
        }
        var meta = build.getMetadata();
        var ref = new BuildRef(meta.getNamespace(), meta.getName(), meta.getUid());
        workflows.start(ref);
        LOG.atInfo()
                .addKeyValue("namespace", ref.namespace())
                .addKeyValue("name", ref.name())
                .log("build is driven by its workflow");
        if (build.getSpec().cancelRequested()) {
            workflows.cancel(ref);
        }
        return UpdateControl.noUpdate();
    }

    private UpdateControl<Build> retained(Build build, Context<Build> context) {
        var retention = build.getSpec().retention();
        if (retention == null) {
            return UpdateControl.noUpdate();
        }
        var builds = context.getClient()
                .resources(Build.class)
                .inNamespace(build.getMetadata().getNamespace());
        for (var old : Expiry.of(
                build,
                retention.count() == null ? List.of(build) : builds.list().getItems(),
                clock.instant())) {
            builds.resource(old).delete();
            LOG.atInfo()
                    .addKeyValue("namespace", old.getMetadata().getNamespace())
                    .addKeyValue("name", old.getMetadata().getName())
                    .log("build is deleted as its retention says");
        }
        return Expiry.next(build, clock.instant())
                .map(wait -> UpdateControl.<Build>noUpdate().rescheduleAfter(wait))
                .orElseGet(UpdateControl::noUpdate);
    }
}
