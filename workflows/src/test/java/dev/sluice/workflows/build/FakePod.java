package dev.sluice.workflows.build;

import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A cluster with one pod whose steps end as the test says. */
public final class FakePod implements BuildActivities {
    final List<String> story = Collections.synchronizedList(new ArrayList<>());
    final Map<String, StepEnd> ends = new ConcurrentHashMap<>();
    final Map<String, Integer> lost = new ConcurrentHashMap<>();
    final CountDownLatch hanging = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    final CountDownLatch queued = new CountDownLatch(2);
    volatile @Nullable String hang;
    /** What is never answered with anything but an error: "validate" or "create". */
    volatile @Nullable String broken;

    volatile Turn turn = new Turn(null, false);
    /** By the name of the build; {@code plan} for all others. */
    final Map<String, Plan> plans = new ConcurrentHashMap<>();

    volatile Plan plan = new Plan(null, false, false, List.of("one", "two"), 600_000);

    @Override
    public Plan validate(BuildRef build) {
        story.add("validate");
        fail("validate");
        return plans.getOrDefault(build.name(), plan);
    }

    @Override
    public CreatedPod createPod(BuildRef build) {
        story.add("create");
        fail("create");
        return new CreatedPod(null, false, "b-pod-1", Long.MAX_VALUE / 2);
    }

    @Override
    public Turn awaitTurn(BuildRef build) {
        story.add("await turn");
        queued.countDown();
        if ("turn".equals(hang)) {
            hanging.countDown();
            waitUntilCancelled();
        }
        return turn;
    }

    @Override
    public CreatedPod resumePod(Attempt attempt) {
        var again = attempt.again();
        story.add("resume " + attempt.number() + " after " + attempt.finished()
                + (again == null
                        ? ""
                        : " again " + again.container() + " " + again.retries() + " exit " + again.exitCode()));
        return new CreatedPod(null, false, "b-pod-1-" + attempt.number(), Long.MAX_VALUE / 2);
    }

    @Override
    public StepEnd watchStep(StepRef step) {
        story.add("watch " + step.container());
        if (step.container().equals(hang)) {
            hanging.countDown();
            waitUntilCancelled();
        }
        int losses = lost.getOrDefault(step.container(), 0);
        if (losses > 0) {
            lost.put(step.container(), losses - 1);
            return new StepEnd(StepEnd.Kind.LOST, "b-pod-1", step.container(), "", -1, null, null);
        }
        return ends.getOrDefault(
                step.container(), new StepEnd(StepEnd.Kind.ENDED, "b-pod-1", step.container(), "i", 0, null, null));
    }

    private void fail(String what) {
        if (what.equals(broken)) {
            hanging.countDown();
            throw new IllegalStateException("failed calling webhook \"foreign\"\nmore");
        }
    }

    private void waitUntilCancelled() {
        try {
            while (!released.await(50, TimeUnit.MILLISECONDS)) {
                Activity.getExecutionContext().heartbeat(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ActivityCompletionException e) {
            throw e;
        }
    }

    @Override
    public void archiveLogs(StepRef step) {
        story.add("archive " + step.container());
    }

    @Override
    public void finish(BuildRef build, Verdict verdict) {
        story.add("finish " + verdict.phase());
    }

    @Override
    public void deletePod(BuildRef build) {
        story.add("delete");
    }
}
