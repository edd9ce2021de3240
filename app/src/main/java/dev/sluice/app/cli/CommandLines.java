package dev.sluice.app.cli;

import dev.sluice.app.control.ControlClient;
import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.control.ControlRequest.Terminal;
import dev.sluice.app.control.ControlServer;
import dev.sluice.app.platform.Platform;
import dev.sluice.app.state.InstanceLock;
import dev.sluice.app.state.StateDir;
import dev.sluice.processes.Env;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** Runs command lines: here, or, on behalf of somebody's terminal, in the instance. */
public final class CommandLines {
    private static final int FAILED = 1;

    /** Runs a command line as typed into a shell. */
    public static int runHere(String[] words, Env env) {
        boolean interactive = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        boolean colour = interactive && env.value("NO_COLOR").isEmpty() && !"dumb".equals(env.get("TERM"));
        var here = new LocalVerb.Here(env, new Terminal(interactive, colour), System.out, System.err);
        var line = commandLine(colour, List.of(words));
        line.setExecutionStrategy(parsed -> {
            var help = CommandLine.executeHelpRequest(parsed); // asking about a verb must not carry it out
            if (help != null) {
                return help;
            }
            return switch (verb(parsed)) {
                case LocalVerb verb -> locally(verb, here);
                case InstanceVerb verb -> remotely(verb, List.of(words), here);
                default -> usage(parsed, here);
            };
        });
        return line.execute(words);
    }

    /** Carries out the verbs of terminals in this process. */
    public static ControlServer.Verbs inInstance(Platform platform) {
        return new VerbRunner(platform);
    }

    /** What understands these words. */
    static CommandLine commandLine(boolean colour, List<String> words) {
        var line = new CommandLine(new SluiceCommand());
        SluiceCommand.verbs(words).forEach(line::addSubcommand);
        return line.setColorScheme(CommandLine.Help.defaultColorScheme(
                        colour ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((problem, _) -> {
                    var err = problem.getCommandLine().getErr();
                    err.println("sluice: " + Misunderstood.message(problem));
                    err.println("sluice: see "
                            + problem.getCommandLine().getCommandSpec().qualifiedName() + " --help");
                    return UsageException.EXIT_CODE;
                });
    }

    static Object verb(ParseResult parsed) {
        var result = parsed;
        while (result.hasSubcommand()) {
            result = result.subcommand();
        }
        return result.commandSpec().userObject();
    }

    private static int usage(ParseResult parsed, LocalVerb.Here here) {
        parsed.asCommandLineList().getLast().usage(here.err());
        return UsageException.EXIT_CODE;
    }

    private static int locally(LocalVerb verb, LocalVerb.Here here) {
        try {
            return verb.run(here);
        } catch (VerbException e) {
            here.err().println("sluice: " + e.getMessage());
            return e.exitCode();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return FAILED;
        } catch (RuntimeException | LinkageError e) { // the last boundary: whatever it is, one line and an exit code
            LoggerFactory.getLogger(CommandLines.class).atError().setCause(e).log("a verb failed");
            here.err().println("sluice: " + e);
            return FAILED;
        }
    }

    private static int remotely(InstanceVerb verb, List<String> words, LocalVerb.Here here) {
        try {
            verb.check();
        } catch (VerbException e) {
            here.err().println("sluice: " + e.getMessage());
            return e.exitCode();
        }
        var state = StateDir.of(null, here.env());
        if (InstanceLock.holder(state).isEmpty()) {
            here.err().println("sluice: " + Ready.none(state));
            return FAILED;
        }
        var folder = Path.of("").toAbsolutePath();
        try {
            return ControlClient.run(
                    state.socket(), new ControlRequest(words, folder, here.terminal()), here.out(), here.err());
        } catch (IOException e) {
            here.err()
                    .println(
                            Files.exists(state.socket())
                                    ? "sluice: the instance in " + state.root() + " does not answer (" + e.getMessage()
                                            + "); see " + state.log()
                                    : "sluice: " + Ready.none(state));
            return FAILED;
        }
    }

    private CommandLines() {}
}
