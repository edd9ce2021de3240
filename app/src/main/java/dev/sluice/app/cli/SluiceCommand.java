package dev.sluice.app.cli;

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
            "Started with 'sluice up', an instance keeps its state in $SLUICE_HOME (default: ~/.local/state/sluice);",
            "the other verbs find it there. kubectl works too: export KUBECONFIG=$(sluice kubeconfig)"
        },
        subcommands = {
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
            HelpCommand.class
        })
final class SluiceCommand {}
