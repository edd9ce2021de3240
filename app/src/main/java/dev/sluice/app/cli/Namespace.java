package dev.sluice.app.cli;

import picocli.CommandLine.Option;

/** The option that most verbs share. */
final class Namespace {
    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace (default: ${DEFAULT-VALUE}).")
    String name = "default";
}
