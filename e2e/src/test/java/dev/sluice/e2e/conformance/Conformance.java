package dev.sluice.e2e.conformance;

import dev.sluice.e2e.HalfCondition;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A class of conformance tests: its tests run beside each other on one platform, each in a namespace of its own. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("conformance")
@Execution(ExecutionMode.CONCURRENT)
@ExtendWith({GapCondition.class, HalfCondition.class, WorldResolver.class})
@interface Conformance {}
