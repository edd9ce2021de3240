package dev.sluice.activities.build;

import dev.sluice.api.build.BuildSpec;
import dev.sluice.api.build.StepRetry;
import dev.sluice.workflows.build.RetryRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The retries of a Build as rules for the containers of its pod: what names a step goes before what is said of all. Pure. */
final class Retries {
    static List<RetryRule> rules(BuildSpec spec, List<String> containers) {
        var rules = new ArrayList<RetryRule>();
        for (var container : containers) {
            if (container.equals(BuildPods.CREDENTIALS) || container.equals(BuildPods.NOP)) {
                continue;
            }
            spec.retries().stream()
                    .filter(retry -> retry.isFor(container))
                    .min(Comparator.comparing(retry -> StepRetry.EVERY_STEP.equals(retry.step())))
                    .ifPresent(retry -> rules.add(rule(container, retry)));
        }
        return rules;
    }

    private static RetryRule rule(String container, StepRetry retry) {
        return new RetryRule(
                container,
                retry.limit() == null ? 0 : retry.limit(),
                retry.firstBackoff().toMillis(),
                retry.longestBackoff().toMillis(),
                retry.nonRetryableExitCodes(),
                retry.nonRetryableReasons());
    }

    private Retries() {}
}
