package dev.sluice.app.git;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache.FileKey;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.eclipse.jgit.util.FS;

/**
 * Serves the repositories that {@code deploy} fills, over Git's smart HTTP protocol, read only: {@code
 * /{token}/{namespace}/{name}.git}, where the token opens this repository only. Who has a wrong one learns nothing.
 */
public final class GitServer implements AutoCloseable {
    /** What {@code deploy} commits to. */
    public static final String BRANCH = "main";
    /** Below it stands what Git servers call when somebody has pushed. */
    public static final String HOOKS = "/hooks";

    private static final String SERVICE = "git-upload-pack";
    private static final String PART = "[a-z0-9]([a-z0-9.-]*[a-z0-9])?";

    private final Path root;
    private final Addresses addresses;
    private final WebServer server;
    private final ConcurrentMap<Path, Lock> writers = new ConcurrentHashMap<>();

    private GitServer(Path root, InetAddress address, int port, HttpService hooks) {
        this.root = root;
        addresses = Addresses.in(root);
        server = WebServer.builder()
                .address(address)
                .port(port)
                .shutdownHook(false)
                .contentEncoding(encoding -> encoding.addContentEncoding(new GzipBodies()))
                .shutdownGracePeriod(Duration.ofSeconds(2))
                .routing(routing -> routing.get("/{token}/{namespace}/{repository}/info/refs", this::advertise)
                        .post("/{token}/{namespace}/{repository}/" + SERVICE, this::upload)
                        .register(HOOKS, hooks))
                .build()
                .start();
    }

    /** @param address where build pods reach it */
    static GitServer start(Path root, InetAddress address, int port) {
        return start(root, address, port, _ -> {});
    }

    /**
     * @param address where build pods reach it
     * @param hooks what Git servers call when somebody has pushed, below {@link #HOOKS}
     */
    public static GitServer start(Path root, InetAddress address, int port, HttpService hooks) {
        FS.FileStoreAttributes.setBackground(true); // else the first deploy on a machine waits three seconds for it
        return new GitServer(root, address, port, hooks);
    }

    public int port() {
        return server.port();
    }

    /** Where on this server the repository of one service is, from the root: to be told to nobody but its builds. */
    public String path(String namespace, String name) {
        var repository = name + ".git";
        return "/" + addresses.token(namespace, repository) + "/" + namespace + "/" + repository;
    }

    /** Opens the bare repository of one service for writing, making it when it is new. */
    public Repository repository(String namespace, String name) {
        var folder = folder(namespace, name + ".git");
        try {
            var repository = new FileRepositoryBuilder()
                    .setGitDir(folder.toFile())
                    .setBare()
                    .setFS(FS.DETECTED)
                    .build();
            if (!Files.exists(folder.resolve("HEAD"))) {
                Files.createDirectories(Objects.requireNonNull(folder.getParent()));
                repository.create(true);
                repository.updateRef(Constants.HEAD).link(Constants.R_HEADS + BRANCH);
            }
            return repository;
        } catch (IOException e) {
            throw new SourceException("opening the repository " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Lets one at a time write to the repository of a service: pushes come at once, and refs and settings are files with one lock. */
    public <T> T change(String namespace, String name, Function<Repository, T> change) {
        var lock = writers.computeIfAbsent(folder(namespace, name + ".git"), _ -> new ReentrantLock());
        lock.lock();
        try (var repository = repository(namespace, name)) {
            return change.apply(repository);
        } finally {
            lock.unlock();
        }
    }

    private Path folder(String namespace, String repository) {
        if (!namespace.matches(PART) || !repository.matches(PART)) {
            throw new SourceException("no repository " + namespace + "/" + repository);
        }
        return root.resolve(namespace).resolve(repository);
    }

    private void advertise(ServerRequest request, ServerResponse response) throws IOException {
        if (!request.query().first("service").orElse("").equals(SERVICE)) {
            response.status(Status.FORBIDDEN_403).send("only " + SERVICE + " is served");
            return;
        }
        try (var repository = open(request)) {
            noCache(response, "application/x-" + SERVICE + "-advertisement");
            try (var out = response.outputStream()) {
                new UploadPackOverHttp(repository, request).advertise(out);
            }
        } catch (RepositoryNotFoundException | SourceException _) {
            response.status(Status.NOT_FOUND_404).send("no such repository");
        }
    }

    private void upload(ServerRequest request, ServerResponse response) throws IOException {
        try (var repository = open(request);
                var in = request.content().inputStream()) {
            noCache(response, "application/x-" + SERVICE + "-result");
            try (var out = response.outputStream()) {
                new UploadPackOverHttp(repository, request).upload(in, out);
            }
        } catch (RepositoryNotFoundException | SourceException _) {
            response.status(Status.NOT_FOUND_404).send("no such repository");
        }
    }

    private Repository open(ServerRequest request) throws IOException {
        var parameters = request.path().pathParameters();
        var folder = folder(parameters.get("namespace"), parameters.get("repository"));
        if (!addresses.opens(parameters.get("token"), parameters.get("namespace"), parameters.get("repository"))) {
            throw new RepositoryNotFoundException(folder.toFile());
        }
        if (!FileKey.isGitRepository(folder.toFile(), FS.DETECTED)) {
            throw new RepositoryNotFoundException(folder.toFile());
        }
        return new FileRepository(folder.toFile());
    }

    private static void noCache(ServerResponse response, String type) {
        response.header(HeaderNames.CONTENT_TYPE, type);
        response.header(HeaderValues.CACHE_NO_CACHE);
    }

    /** One exchange of the smart protocol, in the version that the client asks for. */
    private record UploadPackOverHttp(Repository repository, ServerRequest request) {
        void advertise(java.io.OutputStream out) throws IOException {
            var packets = new PacketLineOut(out);
            pack().sendAdvertisedRefs(new PacketLineOutRefAdvertiser(packets), SERVICE);
        }

        void upload(InputStream in, java.io.OutputStream out) throws IOException {
            pack().upload(in, out, null);
        }

        private UploadPack pack() {
            var pack = new UploadPack(repository);
            pack.setBiDirectionalPipe(false);
            pack.setRequestPolicy(UploadPack.RequestPolicy.ANY);
            request.headers()
                    .first(HeaderNames.create("Git-Protocol"))
                    .ifPresent(version -> pack.setExtraParameters(List.of(version.split(":", -1))));
            return pack;
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
