package dev.sluice.workflows.rollout;

import dev.sluice.workflows.Wire;
import dev.sluice.workflows.rollout.RolloutActivities.Facts;
import dev.sluice.workflows.rollout.RolloutCommand.Kind;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands and newer revisions are carried out by the one loop in {@link #run}, in the order they came. */
public class RolloutWorkflowImpl implements RolloutWorkflow {
    private final RolloutActivities activities = Workflow.newActivityStub(
            RolloutActivities.class,
            ActivityOptions.newBuilder()
                    .setStartToCloseTimeout(Duration.ofSeconds(30))
                    .setRetryOptions(RetryOptions.newBuilder()
                            .setInitialInterval(Duration.ofMillis(200))
                            .setMaximumInterval(Duration.ofSeconds(10))
                            .setDoNotRetry(RolloutActivities.ROUTE_GONE)
                            .build())
                    .build());
    private final RolloutRef ref;
    private final Deque<Asked> asked = new ArrayDeque<>();
    private Facts facts = new Facts(false, RolloutState.NONE, "", List.of(), 0);
    private RolloutState state = RolloutState.NONE;
    private boolean loaded;
    private boolean lookAgain;
    private boolean over;
    private @Nullable RolloutSteps steps;

    /** A command with its outcome, for the handler that waits for it. */
    private static final class Asked {
        final RolloutCommand command;
        boolean done;

        @Nullable
        String refusal;

        Asked(RolloutCommand command) {
            this.command = command;
        }
    }

    @WorkflowInit
    public RolloutWorkflowImpl(RolloutRef ref) {
        this.ref = ref;
    }

    @Override
    public RolloutState run(RolloutRef ignored) {
        try {
            look();
            while (!over) {
                if (Workflow.getInfo().isContinueAsNewSuggested()
                        && asked.isEmpty()
                        && Workflow.isEveryHandlerFinished()) {
                    Workflow.continueAsNew(ref);
                }
                turn();
            }
        } catch (ActivityFailure e) {
            if (!(e.getCause() instanceof ApplicationFailure f) || !f.getType().equals(RolloutActivities.ROUTE_GONE)) {
                throw e;
            }
        }
        over = true;
        Workflow.await(Workflow::isEveryHandlerFinished);
        return state;
    }

    private void turn() {
        var next = asked.peek();
        if (next != null) {
            carryOut(next);
            asked.remove();
        } else if (lookAgain) {
            look();
        } else if (state.phase() == RolloutPhase.PROGRESSING) {
            step();
        } else if (state.phase() == RolloutPhase.PAUSED) {
            Workflow.await(this::interrupted);
        } else {
            Workflow.await(Workflow::isEveryHandlerFinished);
            over = !interrupted();
        }
    }

    private void look() {
        lookAgain = false;
        facts = activities.load(ref);
        loaded = true;
        if (facts.gone()) {
            over = true;
            return;
        }
        if (!facts.state().candidate().equals(state.candidate())) {
            state = facts.state();
            steps = null;
            tell();
        }
    }

    private void step() {
        if (facts.durationMillis() <= 0) {
            to(RolloutPhase.COMPLETED, 100, "All requests go to " + state.candidate() + ".");
            return;
        }
        if (steps == null) {
            long before = Workflow.currentTimeMillis();
            to(RolloutPhase.PROGRESSING, Math.max(1, state.percent()), moving(Math.max(1, state.percent())));
            var took = Duration.ofMillis(Workflow.currentTimeMillis() - before);
            steps = RolloutSteps.over(Duration.ofMillis(facts.durationMillis()), took);
        }
        if (Workflow.await(steps.pause(), this::interrupted)) {
            return;
        }
        int percent = steps.after(state.percent());
        if (percent >= 100) {
            to(RolloutPhase.COMPLETED, 100, "All requests go to " + state.candidate() + ".");
        } else {
            to(RolloutPhase.PROGRESSING, percent, moving(percent));
        }
    }

    private String moving(int percent) {
        return percent + "% of the requests go to " + state.candidate() + ", the others to " + state.stable() + ".";
    }

    private void carryOut(Asked next) {
        facts = activities.load(ref); // what can be gone back to may have changed
        if (facts.gone()) {
            next.refusal = "the Route is gone";
            over = true;
        } else {
            if (!facts.state().candidate().equals(state.candidate())) {
                state = facts.state();
                steps = null;
            }
            next.refusal = next.command.refusal(state, facts).orElse(null);
            if (next.refusal == null) {
                state = next.command.applied(state, facts);
                if (next.command.kind() == Kind.RETRY) {
                    steps = null;
                }
                activities.write(ref, state);
                tell();
            }
        }
        next.done = true;
    }

    private void to(RolloutPhase phase, int percent, String message) {
        var next = new RolloutState(phase, state.stable(), state.candidate(), percent, message);
        activities.write(ref, next);
        state = next;
        tell();
    }

    private void tell() {
        Workflow.upsertTypedSearchAttributes(
                Wire.PHASE.valueSet(state.phase().label()), Wire.REVISION.valueSet(state.candidate()));
        Workflow.setCurrentDetails(state.phase().label() + ": " + state.message());
    }

    private boolean interrupted() {
        return lookAgain || !asked.isEmpty();
    }

    private RolloutState ask(Kind kind, String revision) {
        var mine = new Asked(new RolloutCommand(kind, revision));
        asked.add(mine);
        Workflow.await(() -> mine.done || over);
        var refusal = mine.done ? mine.refusal : "the Route is gone";
        if (refusal != null) {
            throw ApplicationFailure.newFailure(refusal, "NotPossible");
        }
        return state;
    }

    private void validate(Kind kind, String revision) {
        if (loaded && !lookAgain && asked.isEmpty()) {
            new RolloutCommand(kind, revision).refusal(state, facts).ifPresent(why -> {
                throw new IllegalArgumentException(why);
            });
        }
    }

    @Override
    public void offered(String revision) {
        if (!revision.equals(state.candidate())) {
            lookAgain = true;
        }
    }

    @Override
    public RolloutState promote() {
        return ask(Kind.PROMOTE, "");
    }

    @Override
    public RolloutState pause() {
        return ask(Kind.PAUSE, "");
    }

    @Override
    public RolloutState resume() {
        return ask(Kind.RESUME, "");
    }

    @Override
    public RolloutState abort() {
        return ask(Kind.ABORT, "");
    }

    @Override
    public RolloutState retry() {
        return ask(Kind.RETRY, "");
    }

    @Override
    public RolloutState undo(String revision) {
        return ask(Kind.UNDO, revision);
    }

    @Override
    public void validatePromote() {
        validate(Kind.PROMOTE, "");
    }

    @Override
    public void validatePause() {
        validate(Kind.PAUSE, "");
    }

    @Override
    public void validateResume() {
        validate(Kind.RESUME, "");
    }

    @Override
    public void validateAbort() {
        validate(Kind.ABORT, "");
    }

    @Override
    public void validateRetry() {
        validate(Kind.RETRY, "");
    }

    @Override
    public void validateUndo(String revision) {
        // what can be gone back to is looked up when it is carried out
    }

    @Override
    public RolloutState state() {
        return state;
    }
}
