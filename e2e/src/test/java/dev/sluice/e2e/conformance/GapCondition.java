package dev.sluice.e2e.conformance;

import dev.sluice.e2e.Platform;
import java.util.Arrays;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Leaves out what {@link Gaps} lists, with its reason. {@code -Dconformance.gaps=run} runs it all the same. */
final class GapCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var row = AnnotationSupport.findAnnotation(context.getElement(), Row.class);
        if (row.isEmpty() || System.getProperty("conformance.gaps", "").equals("run")) {
            return ConditionEvaluationResult.enabled("no known gap");
        }
        return Arrays.stream(row.get().value())
                .flatMap(name -> Gaps.of(name, Platform.onCluster()).stream().map(reason -> name + ": " + reason))
                .findFirst()
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("no known gap"));
    }
}
