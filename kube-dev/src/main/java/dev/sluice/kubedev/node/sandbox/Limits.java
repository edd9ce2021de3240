package dev.sluice.kubedev.node.sandbox;

import java.util.OptionalLong;

/** What a container may use at most, and its share when the processor is scarce. */
public record Limits(OptionalLong memoryBytes, OptionalLong cpuMillis, OptionalLong cpuShareMillis) {

    public static Limits none() {
        return new Limits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
    }
}
