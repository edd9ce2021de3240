package dev.sluice.app.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a service or a build printed. */
@Command(
        name = "logs",
        mixinStandardHelpOptions = true,
        description = "Show the logs of a service's pods or of a build, the latter also after its pod is gone.")
final class LogsVerb implements InstanceVerb {
    @Parameters(paramLabel = "NAME", description = "A service or a build.")
    String name = "";

    @Mixin
    Namespace namespace = new Namespace();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes.")
    boolean follow;

    @Option(names = "--tail", paramLabel = "N", description = "Only the last lines of each pod.")
    int tail = -1;

    @Override
    public int run(Session session) throws InterruptedException {
        var client = session.platform().kubernetes();
        if (Kind.SERVICE.get(client, namespace.name, name).isPresent()) {
            new ServiceLogs(session, namespace.name, name, tail).print(follow);
            return 0;
        }
        if (Kind.BUILD.get(client, namespace.name, name).isPresent()) {
            if (follow) {
                BuildText.follow(session, namespace.name, name);
            } else {
                var lines = BuildText.lines(session, namespace.name, name);
                lines.subList(tail < 0 ? 0 : Math.max(0, lines.size() - tail), lines.size())
                        .forEach(session::say);
            }
            return 0;
        }
        throw new VerbException("no Service or Build " + name + " in namespace " + namespace.name);
    }
}
