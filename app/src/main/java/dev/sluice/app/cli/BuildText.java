package dev.sluice.app.cli;

import java.io.IOException;
import java.util.List;

/** What a build printed, for a terminal. */
final class BuildText {
    static List<String> lines(Session session, String namespace, String name) {
        try {
            return session.platform().buildLogs().text(namespace, name).lines().toList();
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Prints what there is and what comes, until the build has ended. */
    static void follow(Session session, String namespace, String name) {
        try {
            session.platform().buildLogs().read(namespace, name, true, session::say);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private static VerbException unreadable(String name, IOException e) {
        return new VerbException("reading the log of build " + name + ": " + e.getMessage());
    }

    private BuildText() {}
}
