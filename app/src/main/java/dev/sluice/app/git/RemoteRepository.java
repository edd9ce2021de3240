package dev.sluice.app.git;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.LsRemoteCommand;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache.FileKey;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/** A repository elsewhere, looked at before anything is made that needs it. */
public final class RemoteRepository {
    private static final int TIMEOUT_SECONDS = 20;
    private static final int FETCH_SECONDS = 300;
    private static final String FETCHED = "refs/fetched/";
    private static final String REMOTE = "remote";
    private static final String ORIGIN = "origin";
    private static final String URL = "url";
    private static final RefSpec HEAD = new RefSpec("+HEAD:" + FETCHED + "HEAD");
    private static final RefSpec BRANCHES = new RefSpec("+refs/heads/*:" + FETCHED + "*");
    private static final RefSpec TAGS = new RefSpec("+refs/tags/*:refs/tags/*");

    /** Throws a {@link SourceException} unless the repository can be read and has the revision, as far as can be told from here. */
    public static void check(String url, String revision) {
        Collection<Ref> refs;
        try (var scratch = scratch(url)) {
            refs = new LsRemoteCommand(scratch)
                    .setRemote(url)
                    .setTimeout(TIMEOUT_SECONDS)
                    .call();
        } catch (GitAPIException | RuntimeException e) {
            throw new SourceException("cannot read the Git repository " + url + ": " + reason(e, url), e);
        }
        boolean commit = ObjectId.isId(revision) || revision.matches("[0-9a-f]{7,40}");
        boolean known = refs.stream().map(Ref::getName).anyMatch(name -> isNamed(name, revision));
        if (!known && !commit) {
            throw new SourceException("the Git repository " + url + " has no revision " + revision);
        }
    }

    /** A web server that only has the files is walked through, which needs a repository here; other ways need none. */
    private static @Nullable Repository scratch(String url) {
        return url.startsWith("http") ? new InMemoryRepository(new DfsRepositoryDescription("looked at")) : null;
    }

    /** True when the words name a repository elsewhere and not a folder here. */
    public static boolean isUrl(String source) {
        return source.contains("://") || source.matches("[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+:.+");
    }

    /** True when only this machine reaches it: a folder, or a server on loopback. Build pods have a network of their own. */
    public static boolean isOfThisMachine(String url) {
        try {
            var uri = new URIish(url);
            if ("file".equals(uri.getScheme())) {
                return true;
            }
            var host = uri.getHost();
            return host != null && (host.equals("localhost") || host.startsWith("127.") || host.matches("\\[?::1]?"));
        } catch (URISyntaxException _) {
            return false;
        }
    }

    /** True when the folder is a repository without a working tree. */
    public static boolean isBare(Path folder) {
        return FileKey.isGitRepository(folder.toFile(), FS.DETECTED);
    }

    /**
     * Fetches all branches and tags into a bare repository, whose branch then is at the revision. One at a time: see {@link
     * GitServer#change}.
     *
     * @return the commit
     */
    public static String fetch(String url, String revision, Repository bare, String branch) {
        try (var git = Git.wrap(bare)) {
            git.fetch()
                    .setRemote(url)
                    .setRefSpecs(HEAD, BRANCHES, TAGS)
                    .setTimeout(FETCH_SECONDS)
                    .call();
            var commit = resolve(bare, revision);
            var update = bare.updateRef(Constants.R_HEADS + branch);
            update.setNewObjectId(commit);
            update.setForceUpdate(true);
            var result = update.update();
            if (result == RefUpdate.Result.LOCK_FAILURE || result == RefUpdate.Result.IO_FAILURE) {
                throw new SourceException("storing " + url + ": " + result);
            }
            return commit.getName();
        } catch (GitAPIException | IOException e) {
            throw new SourceException("cannot fetch " + revision + " of " + url + ": " + reason(e, url), e);
        }
    }

    /** What pushes are fetched from; empty when that is no repository. */
    public static Optional<String> origin(Repository bare) {
        return Optional.ofNullable(bare.getConfig().getString(REMOTE, ORIGIN, URL));
    }

    /**
     * Remembers what pushes are fetched from from now on. One at a time: see {@link GitServer#change}.
     *
     * @param origin empty for a folder
     * @return whether that is news
     */
    public static boolean remember(Repository bare, Optional<String> origin) {
        if (origin(bare).equals(origin)) {
            return false;
        }
        try {
            if (origin.isPresent()) {
                bare.getConfig().setString(REMOTE, ORIGIN, URL, origin.get());
            } else {
                bare.getConfig().unsetSection(REMOTE, ORIGIN);
            }
            bare.getConfig().save();
            return true;
        } catch (IOException e) {
            throw new SourceException("storing where " + bare.getDirectory() + " comes from: " + e.getMessage(), e);
        }
    }

    private static ObjectId resolve(Repository bare, String revision) throws IOException {
        for (var prefix : List.of(FETCHED, "refs/tags/", "")) {
            try {
                var found = bare.resolve(prefix + revision.replaceFirst("^refs/heads/", "") + "^{commit}");
                if (found != null) {
                    return found;
                }
            } catch (MissingObjectException _) {
                // a whole id is taken for one of an object that is there
            }
        }
        throw new SourceException("there is no commit " + revision);
    }

    private static boolean isNamed(String ref, String revision) {
        return ref.equals(revision)
                || ref.equals("refs/heads/" + revision)
                || ref.equals("refs/tags/" + revision)
                || ref.equals("refs/" + revision);
    }

    private static String reason(Throwable e, String url) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof UnknownHostException) {
            return "no such host " + deepest.getMessage();
        }
        var text = String.valueOf(deepest.getMessage());
        return text.startsWith(url + ": ") ? text.substring(url.length() + 2) : text;
    }

    private RemoteRepository() {}
}
