package dev.sluice.kubedev.registry;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Manifests and tags by repository. A manifest's bytes are a blob; the repository has a file named by its digest that holds the media
 * type, and a tag is a file that holds a digest.
 */
final class Repositories {

    /** A stored manifest. */
    record Manifest(Digest digest, String mediaType, Path content) {}

    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    private static final ObjectMapper JSON = new ObjectMapper();
    /** No component of a repository's name begins so. */
    private static final String MANIFESTS = "_manifests";

    private static final String TAGS = "_tags";

    private final Path folder;
    private final Blobs blobs;

    Repositories(Path folder, Blobs blobs) {
        this.folder = folder;
        this.blobs = blobs;
    }

    Manifest get(String repository, String reference) throws IOException {
        Digest digest;
        if (Digest.looksLikeOne(reference)) {
            digest = Digest.parse(reference);
        } else {
            try {
                digest = Digest.parse(Files.readString(tag(repository, reference)));
            } catch (NoSuchFileException e) {
                throw unknown(repository, reference);
            }
        }
        try {
            return new Manifest(digest, Files.readString(manifest(repository, digest)), blobs.get(digest));
        } catch (NoSuchFileException e) {
            throw unknown(repository, reference);
        }
    }

    /** Refuses a manifest that names what is not here: whoever pulls it would fail later. */
    Digest put(String repository, String reference, String mediaType, byte[] content) throws IOException {
        verifyReferences(repository, content);
        var digest = Digest.of(content);
        if (Digest.looksLikeOne(reference)) {
            if (!Digest.parse(reference).equals(digest)) {
                throw new RegistryError(
                        400, "DIGEST_INVALID", "the manifest's digest is " + digest + ", not " + reference);
            }
        } else if (!TAG.matcher(reference).matches()) {
            throw new RegistryError(400, "TAG_INVALID", "not a tag: " + reference);
        }
        blobs.put(content);
        Durable.write(manifest(repository, digest), mediaType.getBytes(StandardCharsets.UTF_8));
        if (!Digest.looksLikeOne(reference)) {
            Durable.write(tag(repository, reference), digest.toString().getBytes(StandardCharsets.UTF_8));
        }
        return digest;
    }

    private void verifyReferences(String repository, byte[] content) {
        JsonNode tree;
        try {
            tree = JSON.readTree(content);
        } catch (JacksonException e) {
            throw new RegistryError(400, "MANIFEST_INVALID", "not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new RegistryError(400, "MANIFEST_INVALID", "not JSON");
        }
        if (!tree.isObject()) {
            throw new RegistryError(400, "MANIFEST_INVALID", "not a JSON object");
        }
        var named = new ArrayList<JsonNode>();
        if (tree.path("config").isObject()) {
            named.add(tree.path("config"));
        }
        tree.path("layers").forEach(named::add);
        for (JsonNode descriptor : named) {
            // A foreign layer is fetched from its own address.
            if (!descriptor.has("urls") && blobs.find(digestOf(descriptor)).isEmpty()) {
                throw new RegistryError(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown: " + digestOf(descriptor));
            }
        }
        for (JsonNode descriptor : tree.path("manifests")) {
            if (!Files.exists(manifest(repository, digestOf(descriptor)))) {
                throw new RegistryError(404, "MANIFEST_BLOB_UNKNOWN", "manifest unknown: " + digestOf(descriptor));
            }
        }
    }

    private static Digest digestOf(JsonNode descriptor) {
        return Digest.parse(descriptor.path("digest").asText());
    }

    /** A tag alone, or a manifest with the tags that point to it. */
    void delete(String repository, String reference) throws IOException {
        if (!Digest.looksLikeOne(reference)) {
            if (!Files.deleteIfExists(tag(repository, reference))) {
                throw unknown(repository, reference);
            }
            return;
        }
        var digest = Digest.parse(reference);
        if (!Files.deleteIfExists(manifest(repository, digest))) {
            throw unknown(repository, reference);
        }
        for (String tag : tags(repository)) {
            if (Files.readString(tag(repository, tag)).equals(digest.toString())) {
                Files.deleteIfExists(tag(repository, tag));
            }
        }
    }

    /** In lexical order. */
    List<String> tags(String repository) throws IOException {
        var tags = folder.resolve(repository).resolve(TAGS);
        if (!Files.isDirectory(folder.resolve(repository).resolve(MANIFESTS))) {
            throw new RegistryError(404, "NAME_UNKNOWN", "repository unknown: " + repository);
        }
        if (!Files.isDirectory(tags)) {
            return List.of();
        }
        try (var files = Files.list(tags)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> TAG.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    /** The repositories, in lexical order. */
    List<String> names() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().equals(MANIFESTS))
                    .map(file -> folder.relativize(file.getParent()).toString())
                    .sorted()
                    .toList();
        }
    }

    private Path manifest(String repository, Digest digest) {
        return folder.resolve(repository).resolve(MANIFESTS).resolve(digest.hex());
    }

    private Path tag(String repository, String tag) {
        if (!TAG.matcher(tag).matches()) {
            throw unknown(repository, tag);
        }
        return folder.resolve(repository).resolve(TAGS).resolve(tag);
    }

    private static RegistryError unknown(String repository, String reference) {
        return new RegistryError(404, "MANIFEST_UNKNOWN", "manifest unknown: " + repository + " " + reference);
    }
}
