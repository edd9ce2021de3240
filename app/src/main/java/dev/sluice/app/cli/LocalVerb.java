package dev.sluice.app.cli;

import dev.sluice.app.control.ControlRequest.Terminal;
import dev.sluice.processes.Env;
import java.io.PrintStream;

/** A verb that is carried out where it was typed. */
interface LocalVerb {
    /** @return the exit code */
    int run(Here here) throws InterruptedException;

    /** Where it was typed. */
    record Here(Env env, Terminal terminal, PrintStream out, PrintStream err) {}
}
