package dev.sluice.bench;

import dev.sluice.bench.events.EventBench;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Runs one bench by its name. */
final class Bench {
    /** What a bench is. */
    private interface Run {
        void with(String[] args) throws Exception;
    }

    private static final Map<String, Run> BENCHES = new TreeMap<>(Map.of(
            "build", BuildBench::main,
            "http", ProxyBench::main,
            "grpc", GrpcBench::main,
            "cold", ColdStartBench::main,
            "deploy", DeployBench::main,
            "events", EventBench::main,
            "idle", IdleBench::main,
            "start", StartBench::main));

    static void main(String[] args) throws Exception {
        var run = args.length == 0 ? null : BENCHES.get(args[0]);
        if (run == null) {
            System.err.println("bench: which one? " + String.join(", ", BENCHES.keySet()));
            System.exit(2);
            return;
        }
        run.with(Arrays.copyOfRange(args, 1, args.length));
    }

    private Bench() {}
}
