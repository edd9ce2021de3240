package dev.sluice.app.cli;

import dev.sluice.app.git.GitServer;
import dev.sluice.app.git.RemoteRepository;
import dev.sluice.app.git.WorkingTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is built, where build pods can fetch it: a folder as it stands, or a revision of a repository.
 *
 * @param origin what a person called it
 * @param copied the repository of which the instance keeps a copy; null for a folder, and for what build pods reach
 */
record BuildSource(
        String url,
        String revision,
        String origin,
        @Nullable String copied) {
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
            return new BuildSource(source, revision, origin, null);
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
        var commit = session.platform()
                .git()
                .change(
                        namespace,
                        name,
                        repository -> new WorkingTree(folder)
                                .commitTo(
                                        repository,
                                        GitServer.BRANCH,
                                        "deploy",
                                        Clock.systemUTC().instant())
                                .getName());
        session.say("Source    " + folder + " as commit " + commit.substring(0, 12));
        return new BuildSource(session.platform().gitUrl(namespace, name), commit, folder.toString(), null);
    }

    private static BuildSource copy(Session session, String url, String revision, String namespace, String name) {
        var commit = session.platform()
                .git()
                .change(
                        namespace,
                        name,
                        repository -> RemoteRepository.fetch(url, revision, repository, GitServer.BRANCH));
        session.say("Source    " + url + " " + revision + " as commit " + commit.substring(0, 12));
        return new BuildSource(session.platform().gitUrl(namespace, name), commit, url + " " + revision, url);
    }

    /** Pushes to the service of this name are fetched from what it runs from now on: to be said when it does, and not before. */
    void deployed(Session session, String namespace, String name) {
        var platform = session.platform();
        if (platform.sourceCopies().isCopy(url, namespace, name)) {
            platform.git()
                    .change(
                            namespace,
                            name,
                            repository -> RemoteRepository.remember(repository, Optional.ofNullable(copied)));
        }
    }
}
