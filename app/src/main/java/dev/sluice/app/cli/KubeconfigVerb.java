package dev.sluice.app.cli;

import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import picocli.CommandLine.Command;

/** Says which file kubectl needs. */
@Command(
        name = "kubeconfig",
        mixinStandardHelpOptions = true,
        description = "Print the path of the kubeconfig: export KUBECONFIG=$(sluice kubeconfig)")
final class KubeconfigVerb implements LocalVerb {
    @Override
    public int run(Here here) {
        var state = StateDir.of(null, here.env());
        var instance = InstanceFile.read(state)
                .orElseThrow(() -> new VerbException(
                        "no instance is ready with the state folder " + state.root() + "; start one with: sluice up"));
        here.out().println(instance.kubeconfig());
        return 0;
    }
}
