package dev.sluice.app.cli;

import dev.sluice.serving.rollout.Rollouts;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How the requests of a service move to its newest revision, and what a person wants instead. */
@Command(
        name = "rollout",
        mixinStandardHelpOptions = true,
        description = {
            "Watch and steer the rollout of a service.",
            "",
            "status shows how requests are divided; promote moves all of them now; pause holds and resume goes on;",
            "abort returns to the stable revision and says that the rollout failed; undo returns to the revision before,",
            "or to the one given, until the next revision; retry goes forward again after an abort or an undo."
        })
final class RolloutVerb implements InstanceVerb {
    /** What to do. */
    enum Action {
        status,
        promote,
        pause,
        resume,
        abort,
        undo,
        retry
    }

    @Parameters(index = "0", paramLabel = "ACTION", description = "One of: ${COMPLETION-CANDIDATES}.")
    Action action = Action.status;

    @Parameters(index = "1", paramLabel = "SERVICE")
    String service = "";

    @Option(names = "--to", paramLabel = "REVISION", description = "With undo: the revision to return to.")
    @Nullable
    String revision;

    @Mixin
    Namespace namespace = new Namespace();

    @Override
    public void check() {
        if (revision != null && action != Action.undo) {
            throw new UsageException("--to goes with undo only");
        }
    }

    @Override
    public int run(Session session) {
        var rollouts = session.platform().rollouts();
        try {
            var told = switch (action) {
                case status -> null;
                case promote -> rollouts.promote(namespace.name, service);
                case pause -> rollouts.pause(namespace.name, service);
                case resume -> rollouts.resume(namespace.name, service);
                case abort -> rollouts.abort(namespace.name, service);
                case undo -> rollouts.undo(namespace.name, service, Optional.ofNullable(revision));
                case retry -> rollouts.retry(namespace.name, service);
            };
            if (told == null) {
                show(session, rollouts.status(namespace.name, service));
            } else {
                session.say(service + ": " + told.message());
            }
            return 0;
        } catch (Rollouts.RefusedException e) {
            throw new VerbException(Objects.requireNonNullElse(e.getMessage(), "refused"));
        }
    }

    private static void show(Session session, Rollouts.Status status) {
        var rollout = status.rollout();
        if (rollout != null && rollout.phase() != null) {
            session.say(rollout.phase() + (rollout.message() == null ? "" : ": " + rollout.message()));
        }
        var table = new Table("REVISION", "PERCENT", "TAG", "URL");
        for (var target : status.traffic()) {
            table.row(
                    Objects.requireNonNullElse(target.revisionName(), ""),
                    Long.toString(target.share()),
                    Objects.requireNonNullElse(target.tag(), ""),
                    Objects.requireNonNullElse(target.url(), ""));
        }
        table.lines().forEach(session::say);
    }
}
