package dev.sluice.kubedev.node.sandbox;

import dev.sluice.processes.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One container as a plain process, in the folder of its image, with the paths it names led to where they are. */
final class PlainContainer implements ContainerProcess {

    private final Launch launch;
    private final Process process;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();

    private PlainContainer(Launch launch, Process process) {
        this.launch = launch;
        this.process = process;
        // A container ends with its first process; what that one let go of would hold the pipe open.
        var ended = process.onExit()
                .thenApplyAsync(
                        p -> {
                            Strays.killContainer(launch.id());
                            return new Exit(p.exitValue(), false);
                        },
                        Thread::startVirtualThread);
        OutputPump.start(launch.id(), process.getInputStream(), launch.output(), () -> {
            var _ = ended.thenAccept(exit::complete);
        });
    }

    static PlainContainer start(Launch launch, String hostname, Path node, Spawner spawner) throws IOException {
        ProcessBuilder builder = builder(launch, launch.command());
        builder.environment().put("HOSTNAME", hostname);
        builder.environment().putAll(Strays.marks(node, launch.id()));
        return new PlainContainer(launch, spawner.spawn(builder));
    }

    private static ProcessBuilder builder(Launch launch, List<String> command) throws IOException {
        List<String> all = new ArrayList<>();
        all.add(program(launch, command.getFirst()));
        for (String argument : command.subList(1, command.size())) {
            all.add(argument(launch, argument));
        }
        Path directory = Path.of(lead(launch, launch.workingDirectory()));
        Files.createDirectories(directory);
        ProcessBuilder builder =
                new ProcessBuilder(all).redirectErrorStream(true).directory(directory.toFile());
        builder.environment().clear();
        launch.environment().forEach((k, v) -> builder.environment().put(k, k.equals("PATH") ? v : lead(launch, v)));
        builder.environment().putIfAbsent("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        return builder;
    }

    /** The image's own program when it has it, else this machine's of that name. */
    private static String program(Launch launch, String name) {
        if (name.startsWith("/")) {
            Path own = Path.of(lead(launch, name));
            if (Files.isExecutable(own)) {
                return own.toString();
            }
        } else {
            for (String dir :
                    launch.environment().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1)) {
                Path own = launch.rootfs().resolve(dir.replaceFirst("^/+", "")).resolve(name);
                if (Files.isExecutable(own) && !Files.isDirectory(own)) {
                    return own.toString();
                }
            }
        }
        String bare = String.valueOf(Path.of(name).getFileName());
        if (bare.equals("java")) {
            return Path.of(System.getProperty("java.home"), "bin", "java").toString();
        }
        return Commands.find(bare).map(Path::toString).orElse(name);
    }

    /** An argument with its paths led; an argument file that holds paths is copied with its paths led. */
    private static String argument(Launch launch, String argument) throws IOException {
        if (argument.startsWith("@/")) {
            Path file = Path.of(lead(launch, argument.substring(1)));
            if (Files.isRegularFile(file)) {
                Path copy = launch.directory().resolve("argument-" + file.getFileName());
                Files.writeString(copy, lead(launch, Files.readString(file)));
                return "@" + copy;
            }
        }
        int equals = argument.indexOf('=');
        if (argument.startsWith("-") && equals > 0) {
            return argument.substring(0, equals + 1) + lead(launch, argument.substring(equals + 1));
        }
        return lead(launch, argument);
    }

    /** Leads each absolute path in a list separated by colons to the volume or image file that it means. */
    static String lead(Launch launch, String value) {
        if (!value.contains("/")) {
            return value;
        }
        return Arrays.stream(value.split(":", -1)).map(p -> leadOne(launch, p)).collect(Collectors.joining(":"));
    }

    private static String leadOne(Launch launch, String piece) {
        if (!piece.startsWith("/") || piece.startsWith("//")) {
            return piece;
        }
        Path path = Path.of(piece.strip());
        var bind = launch.binds().stream()
                .filter(b -> path.startsWith(Path.of(b.path())))
                .max(Comparator.comparingInt(b -> Path.of(b.path()).getNameCount()));
        if (bind.isPresent()) {
            return bind.get()
                    .host()
                    .resolve(Path.of(bind.get().path()).relativize(path))
                    .toString();
        }
        Path own = launch.rootfs().resolve(Path.of("/").relativize(path));
        boolean glob = piece.endsWith("/*");
        boolean known = glob ? Files.exists(own.resolveSibling("")) : Files.exists(own);
        return known || piece.equals(launch.workingDirectory()) ? own.toString() : piece;
    }

    @Override
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    @Override
    public void signal(String name) {
        String bare = name.startsWith("SIG") ? name.substring(3) : name;
        if (bare.equals("TERM")) {
            process.toHandle().destroy(); // by its handle: see Spawner
        } else {
            Commands.run("kill", "-s", bare, Long.toString(process.pid()));
        }
    }

    @Override
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public Process execute(List<String> command) throws IOException {
        return builder(launch, command)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }
}
