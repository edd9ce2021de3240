package dev.sluice.app.cli;

import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.InstanceLock;
import dev.sluice.app.state.StateDir;

/** The instance that a verb needs, or why there is none. */
final class Ready {
    static InstanceFile instance(StateDir state) {
        return InstanceFile.read(state).orElseThrow(() -> new VerbException(none(state)));
    }

    /** What a user does about it differs: start one, or wait. */
    static String none(StateDir state) {
        return InstanceLock.holder(state).isEmpty()
                ? "no instance runs with the state folder " + state.root() + "; start one with: sluice up"
                : "the instance in " + state.root()
                        + " is still starting, or is just ending; try again in a moment (its log: " + state.log() + ")";
    }

    private Ready() {}
}
