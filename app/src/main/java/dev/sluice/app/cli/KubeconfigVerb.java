package dev.sluice.app.cli;

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
        here.out().println(Ready.instance(state).kubeconfig());
        return 0;
    }
}
