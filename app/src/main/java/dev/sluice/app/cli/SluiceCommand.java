package dev.sluice.app.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The word {@code sluice} itself. */
@Command(
        name = "sluice",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "From a Git repository or an image to a URL that scales to zero, and from an event to that URL.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        footer = {
            "",
            "Started with 'sluice up', an instance keeps its state in $SLUICE_HOME (default: $XDG_STATE_HOME/sluice or ~/.local/state/sluice);",
            "the other verbs find it there. kubectl works too: export KUBECONFIG=$(sluice kubeconfig)"
        })
final class SluiceCommand {
    private static final List<Class<?>> VERBS = List.of(
            UpVerb.class,
            GatewayVerb.class,
            DownVerb.class,
            DemoVerb.class,
            DeployVerb.class,
            BuildVerb.class,
            WebhookVerb.class,
            DescribeVerb.class,
            LogsVerb.class,
            StatusVerb.class,
            RolloutVerb.class,
            EventsVerb.class,
            KubeconfigVerb.class,
            UninstallVerb.class,
            RehearseVerb.class,
            HelpCommand.class);

    /**
     * The verb that the words begin with, else all of them: to read the options of every verb takes longer than most verbs
     * take.
     */
    static List<Class<?>> verbs(List<String> words) {
        var named = VERBS.stream()
                .filter(verb -> !words.isEmpty() && name(verb).equals(words.getFirst()) && verb != HelpCommand.class)
                .toList();
        return named.isEmpty() ? VERBS : named;
    }

    private static String name(Class<?> verb) {
        return verb.getAnnotation(Command.class).name();
    }
}
