package dev.sluice.e2e;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * With {@code -De2e.half=SEED} leaves out about half of the tests, those that the next seed takes: of tests for kube-dev and for a full
 * cluster each then runs once, on one of them.
 */
public final class HalfCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var seed = System.getProperty("e2e.half", "");
        if (seed.isEmpty() || context.getTestMethod().isEmpty()) {
            return ConditionEvaluationResult.enabled("all run");
        }
        var name = context.getRequiredTestMethod().getName();
        return Math.floorMod(Long.parseLong(seed) + name.hashCode(), 2) == 0
                ? ConditionEvaluationResult.enabled("in this half")
                : ConditionEvaluationResult.disabled("in the other half of seed " + seed);
    }
}
