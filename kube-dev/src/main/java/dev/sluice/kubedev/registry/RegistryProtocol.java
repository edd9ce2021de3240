package dev.sluice.kubedev.registry;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The distribution specification's HTTP: pull, push in one piece or in chunks, mount, list, delete. Bodies are streamed. */
final class RegistryProtocol implements Handler {

    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final String NAME = "(?<name>" + COMPONENT + "(?:/" + COMPONENT + ")*)";
    private static final Pattern BASE = Pattern.compile("/v2/?");
    private static final Pattern CATALOG = Pattern.compile("/v2/_catalog");
    private static final Pattern UPLOADS = Pattern.compile("/v2/" + NAME + "/blobs/uploads/?");
    private static final Pattern UPLOAD = Pattern.compile("/v2/" + NAME + "/blobs/uploads/(?<id>[^/]+)");
    private static final Pattern BLOB = Pattern.compile("/v2/" + NAME + "/blobs/(?<digest>[^/]+)");
    private static final Pattern MANIFEST = Pattern.compile("/v2/" + NAME + "/manifests/(?<reference>[^/]+)");
    private static final Pattern TAGS = Pattern.compile("/v2/" + NAME + "/tags/list");
    private static final Pattern CONTENT_RANGE = Pattern.compile("(?:bytes )?(\\d+)-\\d+(?:/.*)?");
    private static final int LARGEST_MANIFEST = 4 << 20;
    private static final HeaderName CONTENT_DIGEST = HeaderNames.create("Docker-Content-Digest");
    private static final HeaderName UPLOAD_ID = HeaderNames.create("Docker-Upload-UUID");
    private static final HeaderName RANGE = HeaderNames.create("Range");
    private static final HeaderName LINK = HeaderNames.create("Link");

    private record Endpoint(Pattern path, Action action) {}

    @FunctionalInterface
    private interface Action {
        void handle(ServerRequest request, ServerResponse response, Matcher match) throws IOException;
    }

    private final List<Endpoint> endpoints;
    private final Blobs blobs;
    private final Uploads uploads;
    private final Repositories repositories;

    RegistryProtocol(Blobs blobs, Uploads uploads, Repositories repositories) {
        this.blobs = blobs;
        this.uploads = uploads;
        this.repositories = repositories;
        this.endpoints = List.of(
                new Endpoint(BASE, (_, response, _) -> json(response, 200, "{}")),
                new Endpoint(
                        CATALOG,
                        (_, response, _) ->
                                json(response, 200, "{\"repositories\":" + array(repositories.names()) + "}")),
                new Endpoint(UPLOADS, (request, response, match) -> uploads(request, response, match.group("name"))),
                new Endpoint(
                        UPLOAD,
                        (request, response, match) ->
                                upload(request, response, match.group("name"), match.group("id"))),
                new Endpoint(
                        BLOB,
                        (request, response, match) -> blob(request, response, Digest.parse(match.group("digest")))),
                new Endpoint(
                        MANIFEST,
                        (request, response, match) ->
                                manifest(request, response, match.group("name"), match.group("reference"))),
                new Endpoint(TAGS, (request, response, match) -> tags(request, response, match.group("name"))));
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) throws IOException {
        var path = request.path().path();
        for (var endpoint : endpoints) {
            var match = endpoint.path().matcher(path);
            if (match.matches()) {
                endpoint.action().handle(request, response, match);
                return;
            }
        }
        throw new RegistryError(404, "NAME_INVALID", "nothing is served at " + path);
    }

    private void uploads(ServerRequest request, ServerResponse response, String name) throws IOException {
        if (!method(request).equals("POST")) {
            throw notAllowed(request);
        }
        var mount = request.query().first("mount");
        if (mount.isPresent() && blobs.find(Digest.parse(mount.get())).isPresent()) {
            created(response, blobAddress(name, Digest.parse(mount.get())), Digest.parse(mount.get()));
            return;
        }
        var digest = request.query().first("digest");
        String id = uploads.begin();
        if (digest.isPresent()) {
            uploads.append(id, -1, body(request));
            uploads.finish(id, Digest.parse(digest.get()));
            created(response, blobAddress(name, Digest.parse(digest.get())), Digest.parse(digest.get()));
            return;
        }
        progress(response, 202, name, id, 0);
    }

    private void upload(ServerRequest request, ServerResponse response, String name, String id) throws IOException {
        switch (method(request)) {
            case "GET" -> progress(response, 204, name, id, uploads.size(id));
            case "PATCH" -> progress(response, 202, name, id, uploads.append(id, start(request), body(request)));
            case "PUT" -> {
                var digest = Digest.parse(request.query()
                        .first("digest")
                        .orElseThrow(() -> new RegistryError(400, "DIGEST_INVALID", "the digest is missing")));
                if (request.content().hasEntity()) {
                    uploads.append(id, start(request), body(request));
                }
                uploads.finish(id, digest);
                created(response, blobAddress(name, digest), digest);
            }
            case "DELETE" -> {
                uploads.cancel(id);
                response.status(204).send();
            }
            default -> throw notAllowed(request);
        }
    }

    private void blob(ServerRequest request, ServerResponse response, Digest digest) throws IOException {
        switch (method(request)) {
            case "GET", "HEAD" -> content(request, response, digest, "application/octet-stream", blobs.get(digest));
            case "DELETE" -> {
                blobs.delete(digest);
                response.status(202).send();
            }
            default -> throw notAllowed(request);
        }
    }

    private void manifest(ServerRequest request, ServerResponse response, String name, String reference)
            throws IOException {
        switch (method(request)) {
            case "GET", "HEAD" -> {
                var manifest = repositories.get(name, reference);
                content(request, response, manifest.digest(), manifest.mediaType(), manifest.content());
            }
            case "PUT" -> {
                byte[] bytes;
                try (var in = body(request)) {
                    bytes = in.readNBytes(LARGEST_MANIFEST + 1);
                }
                if (bytes.length > LARGEST_MANIFEST) {
                    throw new RegistryError(413, "MANIFEST_INVALID", "larger than " + LARGEST_MANIFEST + " bytes");
                }
                var mediaType = request.headers()
                        .first(HeaderNames.CONTENT_TYPE)
                        .orElse("application/vnd.oci.image.manifest.v1+json");
                var digest = repositories.put(name, reference, mediaType, bytes);
                created(response, "/v2/" + name + "/manifests/" + digest, digest);
            }
            case "DELETE" -> {
                repositories.delete(name, reference);
                response.status(202).send();
            }
            default -> throw notAllowed(request);
        }
    }

    private void tags(ServerRequest request, ServerResponse response, String name) throws IOException {
        if (!method(request).equals("GET")) {
            throw notAllowed(request);
        }
        var all = repositories.tags(name);
        var last = request.query().first("last").orElse("");
        var rest = all.stream().filter(tag -> tag.compareTo(last) > 0).toList();
        int limit = number(request.query().first("n").orElse(""), rest.size());
        var page = rest.subList(0, Math.min(limit, rest.size()));
        if (page.size() < rest.size() && !page.isEmpty()) {
            response.header(
                    LINK, "</v2/" + name + "/tags/list?n=" + limit + "&last=" + page.getLast() + ">; rel=\"next\"");
        }
        json(response, 200, "{\"name\":\"" + name + "\",\"tags\":" + array(page) + "}");
    }

    private static int number(String text, int otherwise) {
        try {
            return text.isEmpty() ? otherwise : Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "not a number: " + text);
        }
    }

    private static void content(
            ServerRequest request, ServerResponse response, Digest digest, String mediaType, Path file)
            throws IOException {
        response.status(200)
                .header(CONTENT_DIGEST, digest.toString())
                .header(HeaderNames.CONTENT_TYPE, mediaType)
                .header(HeaderNames.ETAG, "\"" + digest + "\"")
                .header(HeaderNames.CONTENT_LENGTH, Long.toString(Files.size(file)));
        if (method(request).equals("HEAD")) {
            response.send();
            return;
        }
        try (var in = Files.newInputStream(file);
                var out = response.outputStream()) {
            in.transferTo(out);
        }
    }

    private static void created(ServerResponse response, String location, Digest digest) {
        response.status(201)
                .header(HeaderNames.LOCATION, location)
                .header(CONTENT_DIGEST, digest.toString())
                .send();
    }

    private static void progress(ServerResponse response, int status, String name, String id, long size) {
        response.status(status)
                .header(HeaderNames.LOCATION, "/v2/" + name + "/blobs/uploads/" + id)
                .header(UPLOAD_ID, id)
                .header(RANGE, "0-" + Math.max(0, size - 1))
                .send();
    }

    static void json(ServerResponse response, int status, String body) {
        response.status(Status.create(status))
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .send(body.getBytes(StandardCharsets.UTF_8));
    }

    /** The names and tags need no escapes. */
    private static String array(List<String> items) {
        return items.stream().map(item -> "\"" + item + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static String blobAddress(String name, Digest digest) {
        return "/v2/" + name + "/blobs/" + digest;
    }

    private static InputStream body(ServerRequest request) {
        return request.content().hasEntity() ? request.content().inputStream() : InputStream.nullInputStream();
    }

    private static long start(ServerRequest request) {
        var range = request.headers().first(HeaderNames.CONTENT_RANGE);
        if (range.isEmpty()) {
            return -1;
        }
        var match = CONTENT_RANGE.matcher(range.get());
        if (!match.matches()) {
            throw new RegistryError(416, "BLOB_UPLOAD_INVALID", "not a range: " + range.get());
        }
        return Long.parseLong(match.group(1));
    }

    static String method(ServerRequest request) {
        return request.prologue().method().text();
    }

    private static RegistryError notAllowed(ServerRequest request) {
        return new RegistryError(
                405, "UNSUPPORTED", method(request) + " " + request.path().path());
    }
}
