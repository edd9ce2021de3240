package dev.sluice.bench;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * From a folder to an image in the registry, as {@code ./sluice build} does it: of a new name, with one class changed, with nothing
 * changed; next to {@code mvn package} alone on the same machine, in turns, and what each adds to the registry. Then the start of what
 * was built, with and without its AOT cache.
 */
final class BuildBench {
    private static final int ROUNDS = 5;
    private static final int STARTS = 10;
    private static final Pattern IMAGE = Pattern.compile("(?m)^Image\\s+(\\S+@sha256:[0-9a-f]{64})");
    private static final Path SOURCE = Path.of("src", "main", "java", "hello", "Hello.java");

    private final PlatformUnderTest platform;
    private final Path example;
    private final Path scratch;

    private BuildBench(PlatformUnderTest platform, Path example, Path scratch) {
        this.platform = platform;
        this.example = example;
        this.scratch = scratch;
    }

    static void main(String[] args) throws Exception {
        var example = PlatformUnderTest.launcher().resolveSibling("examples").resolve("hello-java");
        var scratch = Files.createTempDirectory("sluice-build-bench");
        try (var platform = PlatformUnderTest.of(args)) {
            var bench = new BuildBench(platform, example, scratch);
            bench.builds();
            bench.starts();
        } finally {
            delete(scratch);
        }
    }

    private void builds() throws IOException, InterruptedException {
        var maven = new Times();
        var rows = List.of(new Row("of a new name"), new Row("one class changed"), new Row("nothing changed"));
        for (int round = -1; round < ROUNDS; round++) {
            var project = copy("project");
            var alone = maven();
            var name = "hello-" + (round + 1);
            build(rows.get(0), round, project, name);
            change(project, round);
            build(rows.get(1), round, project, name);
            build(rows.get(2), round, project, name);
            if (round >= 0) {
                maven.add(alone);
            }
        }
        System.out.println("`./sluice build`, milliseconds");
        System.out.println();
        System.out.println("| | p50 | p95 | times Maven alone | KiB added to the registry |");
        System.out.println("| --- | --- | --- | --- | --- |");
        System.out.printf("| `mvn package` alone, of a fresh copy | %s | 1.0 | |%n", maven.cells());
        for (var row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %d |%n",
                    row.name,
                    row.times.cells(),
                    row.times.percentile(0.5) / maven.percentile(0.5),
                    row.bytes.stream().sorted().toList().get(row.bytes.size() / 2) / 1024);
        }
    }

    private record Row(String name, Times times, List<Long> bytes) {
        Row(String name) {
            this(name, new Times(), new ArrayList<>());
        }
    }

    private void build(Row row, int round, Path project, String name) throws IOException, InterruptedException {
        long before = registryBytes();
        long began = System.nanoTime();
        var _ = image(project, name);
        var took = Duration.ofNanos(System.nanoTime() - began);
        if (round >= 0) {
            row.times.add(took);
            row.bytes.add(registryBytes() - before);
        }
    }

    private String image(Path project, String name, String... more) throws IOException, InterruptedException {
        var command = new ArrayList<>(
                List.of(PlatformUnderTest.launcher().toString(), "build", project.toString(), "--name", name));
        command.addAll(List.of(more));
        var said = run(platform.command(command.toArray(String[]::new)));
        var image = IMAGE.matcher(said);
        if (!image.find()) {
            throw new IOException("the build named no image:\n" + said);
        }
        return image.group(1);
    }

    private Duration maven() throws IOException, InterruptedException {
        var project = copy("maven");
        var builder = new ProcessBuilder("mvn", "-B", "-q", "-ntp", "-Dmaven.test.skip=true", "package")
                .directory(project.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        long began = System.nanoTime();
        var _ = run(builder);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static String run(ProcessBuilder builder) throws IOException, InterruptedException {
        var process = builder.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", builder.command()) + " failed:\n" + said);
        }
        return said;
    }

    private static void change(Path project, int round) throws IOException {
        var file = project.resolve(SOURCE);
        Files.writeString(
                file, Files.readString(file).replaceFirst("VERSION = \"[^\"]*\"", "VERSION = \"round " + round + "\""));
    }

    private Path copy(String name) throws IOException {
        var target = scratch.resolve(name);
        delete(target);
        try (var files = Files.walk(example)) {
            for (var file :
                    files.filter(f -> !f.startsWith(example.resolve("target"))).toList()) {
                Files.copy(file, target.resolve(example.relativize(file).toString()));
            }
        }
        return target;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** What lies in the registry of kube-dev. */
    private long registryBytes() throws IOException {
        long sum = 0;
        try (var files = Files.walk(platform.home().resolve("kube").resolve("registry"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                sum += Files.size(file);
            }
        }
        return sum;
    }

    private void starts() throws IOException, InterruptedException {
        var project = copy("project");
        var prepared = image(project, "prepared");
        var plain = image(project, "plain", "--argument", "AOT=false");
        var client = platform.client();
        var namespace = "bench-build";
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .serverSideApply();
        var with = new Times();
        var without = new Times();
        try (var prepareds = new Pods(client, namespace, pod(prepared));
                var plains = new Pods(client, namespace, pod(plain))) {
            for (int round = -2; round < STARTS; round++) {
                start(prepareds, round < 0 ? new Times() : with, "prepared" + (round + 2));
                start(plains, round < 0 ? new Times() : without, "plain" + (round + 2));
            }
        } finally {
            client.namespaces().withName(namespace).delete();
        }
        System.out.println();
        System.out.println("From a pod's creation to its first answer, milliseconds");
        System.out.println();
        System.out.println("| the example on the base `jlink` | p50 | p95 |");
        System.out.println("| --- | --- | --- |");
        System.out.printf("| with the AOT cache that the build has trained | %s |%n", with.cells());
        System.out.printf("| without (`AOT=false`) | %s |%n", without.cells());
    }

    private static void start(Pods pods, Times times, String name) throws IOException, InterruptedException {
        times.add(pods.alone(name));
        pods.remove(name);
    }

    private static PodSpec pod(String image) {
        return new PodSpecBuilder()
                .addNewContainer()
                .withName("user-container")
                .withImage(image)
                .addNewEnv()
                .withName("PORT")
                .withValue("8080")
                .endEnv()
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .build();
    }
}
