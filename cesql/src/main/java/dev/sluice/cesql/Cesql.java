package dev.sluice.cesql;

import dev.sluice.model.filter.EventAttributes;
import dev.sluice.model.filter.Filter;
import io.cloudevents.sql.EvaluationRuntime;
import io.cloudevents.sql.Expression;
import io.cloudevents.sql.ParseException;
import io.cloudevents.sql.Parser;

/** Parses expressions. They hold for an event when they evaluate to true and nothing fails on the way (Knative's dialect cesql). */
public final class Cesql {
    private static final EvaluationRuntime RUNTIME = EvaluationRuntime.getDefault();

    /** @throws IllegalArgumentException when the text is not an expression, with what is wrong where */
    public static Filter.Expression parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the expression is empty");
        }
        try {
            var expression = Parser.parseDefault(text);
            return new Filter.Expression(text, event -> holds(expression, event));
        } catch (ParseException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (RuntimeException e) { // the parser's own, for texts that it does not expect
            throw new IllegalArgumentException("not an expression: " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("the expression is nested too deeply", e);
        }
    }

    private static boolean holds(Expression expression, EventAttributes event) {
        try {
            var result = expression.evaluate(RUNTIME, new AttributesEvent(event));
            return !result.isFailed() && Boolean.TRUE.equals(result.value());
        } catch (RuntimeException _) { // an expression must not stop what evaluates it
            return false;
        }
    }

    private Cesql() {}
}
