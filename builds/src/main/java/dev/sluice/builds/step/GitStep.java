package dev.sluice.builds.step;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand.ResetType;
import org.eclipse.jgit.api.TransportConfigCallback;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.api.errors.JGitInternalException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.submodule.SubmoduleWalk;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one revision of a repository: a branch, a tag, a commit or any other ref. Only that commit where the server allows it, else
 * everything. Results: {@code commit}, its {@code author}, and the {@code branch} where the revision names one.
 */
final class GitStep {
    private static final String FETCHED = "refs/sluice/source";
    private static final int TIMEOUT_SECONDS = 60;
    /** Submodules of submodules, to an end: each may have several that are an earlier commit of itself. */
    private static final int SUBMODULE_DEPTH = 8;

    private final StepContext context;
    private final String url;
    private final String revision;
    private final StoredCredentials credentials;
    private @Nullable String branch;

    GitStep(StepContext context) throws IOException {
        this.context = context;
        this.url = context.required("url");
        this.revision = context.required("revision");
        this.credentials = StoredCredentials.read(context.home());
    }

    Map<String, String> run() throws IOException {
        var target = context.workingDirectory()
                .resolve(context.option("path").orElse("."))
                .normalize();
        Files.createDirectories(target);
        FS.DETECTED.setUserHome(context.home().toFile());
        // JGit would spend three seconds on how exact the clock of the disk is, and forget it with the home of the pod
        FS.FileStoreAttributes.setBackground(true);
        var uri = uri();
        new EarlierFetch(context.workingDirectory().normalize(), target).clear();
        try (var git = Git.init().setDirectory(target.toFile()).call()) {
            git.remoteAdd().setName("origin").setUri(uri).call();
            var commit = fetch(git, uri);
            var head = git.getRepository().updateRef(Constants.HEAD, true);
            head.setNewObjectId(commit);
            head.forceUpdate();
            // what lists the files is there before the first of them: whoever is killed in between leaves none that
            // nobody knows
            git.reset().setMode(ResetType.MIXED).setRef(commit.name()).call();
            git.reset().setMode(ResetType.HARD).setRef(commit.name()).call();
            submodules(git, target, SUBMODULE_DEPTH);
            SubPath.check(context, "the Git repository " + shown(uri) + " at \"" + revision + "\"");
            context.out().printf("Successfully cloned \"%s\" @ \"%s\" in path \"%s\"%n", shown(uri), revision, target);
            context.out().println("Commit " + commit.name());
            return results(git, commit);
        } catch (GitAPIException | JGitInternalException e) {
            throw GitFailures.of(shown(uri), revision, hasCredentials(uri), e);
        }
    }

    private boolean hasCredentials(URIish uri) {
        boolean overHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        return overHttp
                ? credentials.knows(uri)
                : Files.exists(context.home().resolve(".ssh").resolve("config"));
    }

    private Map<String, String> results(Git git, ObjectId commit) throws IOException {
        var results = new TreeMap<>(Map.of("commit", commit.name()));
        try (var walk = new RevWalk(git.getRepository())) {
            var author = walk.parseCommit(commit).getAuthorIdent();
            results.put("author", author.getName() + " <" + author.getEmailAddress() + ">");
        }
        if (branch != null) {
            results.put("branch", branch);
        }
        return results;
    }

    private URIish uri() {
        try {
            return new URIish(url);
        } catch (URISyntaxException e) {
            throw new StepFailure("GitError", "\"" + url + "\" is not the URL of a Git repository", e);
        }
    }

    private ObjectId fetch(Git git, URIish uri) throws GitAPIException, IOException {
        if (ObjectId.isId(revision)) {
            return fetchCommit(git);
        }
        var refs = Git.lsRemoteRepository()
                .setRemote(uri.toPrivateString())
                .setCredentialsProvider(credentials)
                .setTransportConfigCallback(transport())
                .setTimeout(TIMEOUT_SECONDS)
                .callAsMap();
        var named = List.of(revision, "refs/" + revision, "refs/tags/" + revision, "refs/heads/" + revision).stream()
                .map(refs::get)
                .filter(r -> r != null)
                .findFirst();
        if (named.isPresent()) {
            var full = named.get().isSymbolic()
                    ? named.get().getTarget().getName()
                    : named.get().getName();
            branch = full.startsWith(Constants.R_HEADS) ? full.substring(Constants.R_HEADS.length()) : null;
            fetchShallow(git, named.get().getName());
            return commit(git, FETCHED).orElseThrow(this::notFound);
        }
        hidden(git);
        var hidden = commit(git, FETCHED);
        if (hidden.isPresent()) {
            return hidden.get();
        }
        fetchEverything(git);
        return commit(git, revision).orElseThrow(this::notFound);
    }

    /** Refs that a server serves but does not list. */
    private void hidden(Git git) {
        if (revision.contains("/")) {
            try {
                fetchShallow(git, revision.startsWith("refs/") ? revision : "refs/" + revision);
            } catch (GitAPIException e) {
                context.out().println("There is no ref " + revision + ": looking for it as a commit.");
            }
        }
    }

    private ObjectId fetchCommit(Git git) throws GitAPIException, IOException {
        try {
            fetchShallow(git, revision);
            var found = commit(git, revision);
            if (found.isPresent()) {
                return found.get();
            }
        } catch (GitAPIException e) {
            context.out().println("The server does not give single commits: fetching all of them.");
        }
        fetchEverything(git);
        return commit(git, revision).orElseThrow(this::notFound);
    }

    private void fetchShallow(Git git, String source) throws GitAPIException {
        git.fetch()
                .setRemote("origin")
                .setDepth(1)
                .setTagOpt(TagOpt.NO_TAGS)
                .setRefSpecs(new RefSpec("+" + source + ":" + FETCHED))
                .setCredentialsProvider(credentials)
                .setTransportConfigCallback(transport())
                .setTimeout(TIMEOUT_SECONDS)
                .call();
    }

    private void fetchEverything(Git git) throws GitAPIException {
        git.fetch()
                .setRemote("origin")
                .setTagOpt(TagOpt.FETCH_TAGS)
                .setRefSpecs(new RefSpec("+refs/heads/*:refs/remotes/origin/*"))
                .setCredentialsProvider(credentials)
                .setTransportConfigCallback(transport())
                .setTimeout(TIMEOUT_SECONDS)
                .call();
    }

    private void submodules(Git git, Path top, int depth) throws GitAPIException, IOException {
        var tree = git.getRepository().getWorkTree().toPath();
        if (!Files.exists(tree.resolve(".gitmodules"))) {
            return;
        }
        if (depth == 0) {
            context.out()
                    .printf(
                            "The submodules in %s are not fetched: they are more than %d deep.%n",
                            top.relativize(tree), SUBMODULE_DEPTH);
            return;
        }
        git.submoduleInit().call();
        var updated = git.submoduleUpdate()
                .setCredentialsProvider(credentials)
                .setTransportConfigCallback(transport())
                .setTimeout(TIMEOUT_SECONDS)
                .call();
        for (var path : updated) {
            try (var submodule = SubmoduleWalk.getSubmoduleRepository(git.getRepository(), path)) {
                if (submodule != null) {
                    submodules(Git.wrap(submodule), top, depth - 1);
                }
            }
        }
    }

    private static Optional<ObjectId> commit(Git git, String name) throws IOException {
        try (var walk = new RevWalk(git.getRepository())) {
            @Nullable ObjectId id = git.getRepository().resolve(name + "^{commit}");
            return id == null
                    ? Optional.empty()
                    : Optional.of(walk.parseCommit(id).toObjectId());
        } catch (MissingObjectException e) {
            return Optional.empty(); // a whole id resolves to itself, whether it is there or not
        }
    }

    private StepFailure notFound() {
        return new StepFailure(
                "GitRevisionNotFound", "the Git repository " + shown(uri()) + " has no revision \"" + revision + "\"");
    }

    private TransportConfigCallback transport() {
        var ssh = context.home().resolve(".ssh").toFile();
        return transport -> {
            if (transport instanceof SshTransport overSsh) {
                overSsh.setSshSessionFactory(new SshdSessionFactoryBuilder()
                        .setHomeDirectory(context.home().toFile())
                        .setSshDirectory(ssh)
                        .setPreferredAuthentications("publickey")
                        .build(null));
            }
        };
    }

    /** Without user and password. */
    private static String shown(URIish uri) {
        return uri.setUser(null).setPass(null).toString();
    }
}
