package dev.sluice.app.cli;

import dev.sluice.app.git.GitServer;
import dev.sluice.app.git.RemoteRepository;
import dev.sluice.app.git.WorkingTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/**
 * What is built, where build pods can fetch it: a folder as it stands, or a revision of a repository.
 *
 * @param origin what a person called it
 */
record BuildSource(String url, String revision, String origin) {
    static final String HEAD = "HEAD";

    /**
     * Copies what build pods do not reach into a repository of the instance.
     *
     * @param name of that repository
     */
    static BuildSource of(Session session, String source, String revision, String namespace, String name) {
        if (RemoteRepository.isUrl(source)) {
            RemoteRepository.check(source, revision);
            if (RemoteRepository.isOfThisMachine(source)) {
                return copy(session, source, revision, namespace, name);
            }
            var origin = source + " " + revision;
            session.say("Source    " + origin);
            return new BuildSource(source, revision, origin);
        }
        var folder = session.path(Path.of(source));
        if (!Files.isDirectory(folder)) {
            throw new VerbException("no such directory: " + folder);
        }
        if (RemoteRepository.isBare(folder)) {
            var url = folder.toUri().toString();
            RemoteRepository.check(url, revision);
            return copy(session, url, revision, namespace, name);
        }
        checkRevision(source, revision, session.request().folder());
        return folder(session, folder, namespace, name);
    }

    /**
     * Refuses a revision of a folder that has a working tree.
     *
     * @param here where it was typed
     */
    static void checkRevision(String source, String revision, Path here) {
        if (revision.equals(HEAD) || RemoteRepository.isUrl(source)) {
            return;
        }
        var folder = here.resolve(source).toAbsolutePath().normalize();
        if (Files.isDirectory(folder) && !RemoteRepository.isBare(folder)) {
            throw new UsageException(
                    "a folder is taken as it stands; for its revision " + revision + " name file://" + folder);
        }
    }

    private static BuildSource folder(Session session, Path folder, String namespace, String name) {
        var commit = session.platform().git().change(namespace, name, repository -> {
            var made = new WorkingTree(folder)
                    .commitTo(
                            repository,
                            GitServer.BRANCH,
                            "deploy",
                            Clock.systemUTC().instant());
            RemoteRepository.forgetOrigin(repository); // last: a folder with nothing to build has changed nothing
            return made.getName();
        });
        session.say("Source    " + folder + " as commit " + commit.substring(0, 12));
        return new BuildSource(session.platform().gitUrl(namespace, name), commit, folder.toString());
    }

    private static BuildSource copy(Session session, String url, String revision, String namespace, String name) {
        var commit = session.platform()
                .git()
                .change(
                        namespace,
                        name,
                        repository -> RemoteRepository.fetch(url, revision, repository, GitServer.BRANCH));
        session.say("Source    " + url + " " + revision + " as commit " + commit.substring(0, 12));
        return new BuildSource(session.platform().gitUrl(namespace, name), commit, url + " " + revision);
    }
}
