package dev.sluice.builds.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Fetches a source from Google Cloud Storage: an {@code Archive} is unpacked, of a {@code Manifest} every file that it lists is
 * fetched and held against its checksum.
 */
final class GcsStep {
    private final StepContext context;

    GcsStep(StepContext context) {
        this.context = context;
    }

    Map<String, String> run() throws IOException, InterruptedException {
        var location = CloudStorage.Location.parse(context.required("location"));
        var type = context.option("type").orElse("Archive");
        var target = context.workingDirectory()
                .resolve(context.option("dest_dir").orElse("."))
                .normalize();
        Files.createDirectories(target);
        var fetched = CloudStorage.scratch();
        try (var storage = new CloudStorage(context)) {
            storage.fetch(location, fetched);
            int files = switch (type) {
                case "Archive" -> Archive.of(location.toString(), fetched).unpackInto(target);
                case "Manifest" -> files(storage, location, fetched, target);
                default ->
                    throw new StepFailure(
                            "GcsTypeInvalid", "\"" + type + "\" is not a type of GCS source: Archive or Manifest");
            };
            context.out().printf("Fetched %d files of %s into %s.%n", files, location, target);
        } finally {
            Files.deleteIfExists(fetched);
        }
        SubPath.check(context, location.toString());
        return Map.of();
    }

    private static int files(CloudStorage storage, CloudStorage.Location location, Path manifest, Path target)
            throws IOException, InterruptedException {
        int files = 0;
        for (var entry : manifest(location, manifest).properties()) {
            var file = target.resolve(entry.getKey()).normalize();
            if (!file.startsWith(target) || file.equals(target)) {
                throw new StepFailure(
                        "GcsManifestInvalid",
                        "the manifest " + location + " names a file outside of the source: " + entry.getKey());
            }
            Files.createDirectories(file.getParent());
            storage.fetch(source(location, entry.getKey(), entry.getValue()), file);
            checksum(entry.getKey(), file, either(entry.getValue(), "sha1Sum", "sha1sum"));
            int mode = entry.getValue().path("mode").asInt(0);
            if (mode != 0) {
                Files.setPosixFilePermissions(file, Archive.permissions(mode));
            } else {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            }
            files++;
        }
        return files;
    }

    private static JsonNode manifest(CloudStorage.Location location, Path file) throws IOException {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new StepFailure("GcsManifestInvalid", "the manifest " + location + " is not JSON", e);
        }
    }

    private static CloudStorage.Location source(CloudStorage.Location manifest, String name, JsonNode item) {
        var url = either(item, "sourceUrl", "sourceURL");
        if (url.isEmpty()) {
            throw new StepFailure(
                    "GcsManifestInvalid", "the manifest " + manifest + " says no sourceUrl for the file " + name);
        }
        return CloudStorage.Location.parse(url.replaceFirst("^https?://storage\\.googleapis\\.com/", "gs://"));
    }

    private static String either(JsonNode item, String name, String other) {
        return item.path(name).asText(item.path(other).asText(""));
    }

    private static void checksum(String name, Path file, String expected) throws IOException {
        if (expected.isEmpty()) {
            return;
        }
        try {
            var sum =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(Files.readAllBytes(file)));
            if (!sum.equalsIgnoreCase(expected)) {
                throw new StepFailure(
                        "GcsChecksumMismatch",
                        "the file " + name + " has the checksum " + sum + " where the manifest says " + expected);
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
