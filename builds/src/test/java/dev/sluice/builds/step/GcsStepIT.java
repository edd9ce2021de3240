package dev.sluice.builds.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.gcs.Buckets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GcsStepIT {
    private static final String SHA1_OF_ONE = "fe05bcdcdc4928012781a5f1a2a77cbb5398e106";

    @TempDir
    Path folder;

    private Buckets buckets;

    @BeforeEach
    void start() throws IOException {
        buckets = Buckets.at("127.0.0.1", 0);
    }

    @AfterEach
    void stop() {
        buckets.close();
    }

    @ParameterizedTest
    @CsvSource({"app.zip", "app.tar", "app.tar.gz", "a folder/ä&b.tgz"})
    void unpacksAnArchive(String object) throws IOException {
        buckets.put("code", object, object.endsWith(".zip") ? zip("src/run.sh", "one") : tar("src/run.sh", object));

        var run = fetch("Archive", "gs://code/" + object);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/src/run.sh")).hasContent("one");
        assertThat(folder.resolve("workspace/src/run.sh").toFile().canExecute()).isEqualTo(!object.endsWith(".zip"));
    }

    @Test
    void fetchesWhatAManifestLists() throws IOException {
        buckets.put(
                "code",
                "m.json",
                ("{\"a/one\": {\"sourceUrl\": \"gs://code/x\", \"sha1sum\": \"" + SHA1_OF_ONE
                                + "\", \"mode\": 493}, \"two\": {\"sourceUrl\": \"https://storage.googleapis.com/code/y\"}}")
                        .getBytes(StandardCharsets.UTF_8));
        buckets.put("code", "x", bytes("one"));
        buckets.put("code", "y", bytes("two"));

        var run = fetch("Manifest", "gs://code/m.json");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/a/one")).hasContent("one").isExecutable();
        assertThat(folder.resolve("workspace/two")).hasContent("two");
    }

    @Test
    void putsItBelowItsTargetPath() throws IOException {
        buckets.put("code", "app.zip", zip("file", "one"));

        var run = StepRun.of(
                folder,
                Map.of("SLUICE_GCS_ENDPOINT", buckets.url()),
                "gcs",
                "--type",
                "Archive",
                "--location",
                "gs://code/app.zip",
                "--dest_dir",
                folder.resolve("workspace/lib").toString());

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(folder.resolve("workspace/lib/file")).hasContent("one");
    }

    @Test
    void readsWhatIsNotPublicWithTheAccountOfTheMachine() throws IOException {
        buckets.put("private", "app.zip", zip("file", "one"));

        var without = fetch("Archive", "gs://private/app.zip");
        var with = StepRun.of(
                folder,
                Map.of("SLUICE_GCS_ENDPOINT", buckets.url(), "GCE_METADATA_HOST", buckets.authority()),
                "gcs",
                "--location",
                "gs://private/app.zip");

        assertThat(without.message().path("message").asText())
                .isEqualTo("the object gs://private/app.zip is not public, and this machine has no account at Google to"
                        + " read it with");
        assertThat(with.exitCode()).as(with.output()).isZero();
        assertThat(with.output()).doesNotContain("token");
    }

    @Test
    void asksAgainWhenTheServerIsBusy() throws IOException {
        buckets.put("code", "app.zip", zip("file", "one"));
        buckets.failing(503, 429, 500);

        assertThat(fetch("Archive", "gs://code/app.zip").exitCode()).isZero();
        assertThat(buckets.requests()).isEqualTo(4);
    }

    @Test
    void doesNotAskForEver() throws IOException {
        buckets.failing(503, 503, 503, 503, 503);

        assertThat(failure(fetch("Archive", "gs://code/app.zip")))
                .isEqualTo("GcsError: Google Cloud Storage answers 503 when asked for gs://code/app.zip");
        assertThat(buckets.requests()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Archive|gs://code/none|GcsObjectNotFound: there is no object gs://code/none",
                "Archive|code/app.zip|GcsLocationInvalid: \"code/app.zip\" is not of the form gs://BUCKET/OBJECT",
                "Tape|gs://code/words|GcsTypeInvalid: \"Tape\" is not a type of GCS source: Archive or Manifest",
                "Archive|gs://code/words|ArchiveInvalid: gs://code/words is not a whole zip or tar archive: ",
                "Archive|gs://code/evil.tar|ArchiveInvalid: gs://code/evil.tar is not a whole zip or tar archive: its entry ../evil lies outside",
                "Manifest|gs://code/words|GcsManifestInvalid: the manifest gs://code/words is not JSON",
                "Manifest|gs://code/evil.json|GcsManifestInvalid: the manifest gs://code/evil.json names a file outside of the source: ../evil",
                "Manifest|gs://code/wrong.json|GcsChecksumMismatch: the file f has the checksum "
            })
    void failsInOneSentence(String type, String location, String sentence) throws IOException {
        buckets.put("code", "words", bytes("only words, and many of them: " + "word ".repeat(200)));
        buckets.put("code", "evil.tar", tar("../evil", "evil.tar"));
        buckets.put("code", "evil.json", bytes("{\"../evil\": {\"sourceUrl\": \"gs://code/words\"}}"));
        buckets.put("code", "wrong.json", bytes("{\"f\": {\"sourceUrl\": \"gs://code/words\", \"sha1Sum\": \"00\"}}"));

        assertThat(failure(fetch(type, location))).startsWith(sentence);
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void saysWhenNobodyIsThere() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        var run = StepRun.of(
                folder,
                Map.of("SLUICE_GCS_ENDPOINT", "http://127.0.0.1:" + port),
                "gcs",
                "--location",
                "gs://code/app.zip");

        assertThat(failure(run))
                .startsWith("GcsUnreachable: Google Cloud Storage cannot be reached at http://127.0.0.1:" + port);
    }

    @Test
    void saysThatTheSubPathIsNotThere() throws IOException {
        buckets.put("code", "app.zip", zip("file", "one"));
        var run = StepRun.of(
                folder,
                Map.of("SLUICE_GCS_ENDPOINT", buckets.url()),
                "gcs",
                "--location",
                "gs://code/app.zip",
                "--sub-path=web");

        assertThat(failure(run))
                .isEqualTo("SubPathNotFound: gs://code/app.zip has no directory \"web\", which is its subPath");
    }

    private StepRun fetch(String type, String location) throws IOException {
        return StepRun.of(
                folder,
                Map.of("SLUICE_GCS_ENDPOINT", buckets.url(), "GCE_METADATA_HOST", "127.0.0.1:9"),
                "gcs",
                "--type",
                type,
                "--location",
                location);
    }

    private static String failure(StepRun run) {
        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        return run.message().path("reason").asText() + ": "
                + run.message().path("message").asText();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zip(String name, String content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(bytes(content));
        }
        return bytes.toByteArray();
    }

    private static byte[] tar(String name, String object) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = object.endsWith("gz") ? new GZIPOutputStream(bytes) : bytes;
                var tar = new TarArchiveOutputStream(out)) {
            var entry = new TarArchiveEntry(name);
            entry.setSize(3);
            entry.setMode(0755);
            tar.putArchiveEntry(entry);
            tar.write(bytes("one"));
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
