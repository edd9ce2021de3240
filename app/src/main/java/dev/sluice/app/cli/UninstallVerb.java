package dev.sluice.app.cli;

import dev.sluice.app.platform.PlatformException;
import dev.sluice.app.platform.Removal;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.InstanceLock;
import dev.sluice.app.state.StateDir;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes Sluice out of a cluster. */
@Command(
        name = "uninstall",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Remove everything of Sluice from a cluster.",
            "That is services, builds, channels and what runs for them, the kinds themselves, webhooks, and the",
            "namespaces that Sluice made. It is shown first, and you are asked;",
            "where there is no terminal to ask at, nothing is removed without --yes.",
            "What is on this machine (the state folder) stays."
        })
final class UninstallVerb implements LocalVerb {
    @Option(names = "--kubeconfig", paramLabel = "FILE", required = true, description = "Of the cluster.")
    Path kubeconfig = Path.of("");

    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;

    @Override
    public int run(Here here) {
        if (!Files.isReadable(kubeconfig)) {
            throw new VerbException("there is no readable kubeconfig at " + kubeconfig);
        }
        var file = kubeconfig.toAbsolutePath().normalize();
        refuseBeside(here, file);
        try (var removal = Removal.of(file)) {
            var plan = removal.plan();
            if (plan.isEmpty()) {
                here.out().println("There is nothing of Sluice on " + removal.server() + ".");
                return 0;
            }
            here.out().println("On " + removal.server() + " this goes:");
            plan.forEach(line -> here.out().println("  " + line));
            if (!yes && !here.terminal().interactive()) {
                throw new VerbException(
                        "nothing was removed, as there is no terminal to ask at; --yes removes without asking");
            }
            if (!yes && !agreed()) {
                throw new VerbException("nothing was removed; --yes removes without asking");
            }
            removal.run(here.out()::println);
            here.out().println("Removed.");
            return 0;
        } catch (PlatformException e) {
            throw new VerbException(String.valueOf(e.getMessage()));
        }
    }

    /** A running instance would make again what is removed. */
    private static void refuseBeside(Here here, Path kubeconfig) {
        var state = StateDir.of(null, here.env());
        if (InstanceLock.holder(state).isPresent()
                && InstanceFile.read(state)
                        .filter(instance -> instance.kubeconfig().equals(kubeconfig))
                        .isPresent()) {
            throw new VerbException("an instance of yours works on this cluster; stop it first: sluice down");
        }
    }

    private static boolean agreed() {
        return Optional.ofNullable(System.console())
                .map(console -> console.readLine("Remove it for good? [y/N] "))
                .filter(answer ->
                        answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"))
                .isPresent();
    }
}
