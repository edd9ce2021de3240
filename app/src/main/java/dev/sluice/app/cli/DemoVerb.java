package dev.sluice.app.cli;

import dev.sluice.app.demo.Demo;
import dev.sluice.app.state.StateDir;
import java.util.Objects;
import picocli.CommandLine.Command;

/** The whole road once, told as it goes. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description =
                "Show the whole road on this machine: build, deploy, scale to zero, roll out, undo, deliver an event.")
final class DemoVerb implements LocalVerb {
    @Override
    public int run(Here here) throws InterruptedException {
        return Demo.run(
                StateDir.of(null, here.env()),
                Objects.requireNonNullElse(System.getProperty("sluice.home"), "."),
                Objects.requireNonNullElse(System.getProperty("sluice.launcher"), "./sluice"),
                here.out(),
                here.err(),
                here.terminal().colour());
    }
}
