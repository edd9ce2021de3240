package dev.sluice.kubedev.node.sandbox;

import dev.sluice.processes.Spawner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * One container in bubblewrap. The processes are exec'd one out of the other: join the network namespace, make a mount
 * namespace, join the control groups, mount, take the user's rights, then bubblewrap, whose only child is the container.
 */
final class BubblewrapContainer implements ContainerProcess {

    private static final List<String> CAPABILITIES = List.of(
            "CHOWN",
            "DAC_OVERRIDE",
            "FSETID",
            "FOWNER",
            "MKNOD",
            "NET_RAW",
            "SETGID",
            "SETUID",
            "SETFCAP",
            "SETPCAP",
            "NET_BIND_SERVICE",
            "SYS_CHROOT",
            "KILL",
            "AUDIT_WRITE");

    private final Launch launch;
    private final Process process;
    private final ControlGroups.Group group;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();

    private BubblewrapContainer(Launch launch, Process process, ControlGroups.Group group, ControlGroups groups) {
        this.launch = launch;
        this.process = process;
        this.group = group;
        // a bubblewrap that is killed before its child has asked to die with it leaves the child behind
        var _ = process.onExit().thenRun(group::kill);
        OutputPump.start(launch.id(), process.getInputStream(), launch.output(), () -> {
            var _ = process.onExit().thenAccept(p -> {
                Exit how = new Exit(p.exitValue(), groups.ranOutOfMemory(group));
                groups.remove(group);
                exit.complete(how);
            });
        });
    }

    static BubblewrapContainer start(
            Launch launch,
            String hostname,
            Optional<NodeNetwork.Namespace> namespace,
            ControlGroups groups,
            Spawner spawner,
            boolean overlay)
            throws IOException {
        ControlGroups.Group group = groups.create(launch.id(), launch.limits());
        List<Bind> binds = new ArrayList<>(launch.binds());
        StageFiles stage = new StageFiles(launch, overlay);
        stage.prepare(binds);
        Path arguments = launch.directory().resolve("arguments");
        Files.deleteIfExists(arguments);
        Files.createFile(arguments, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                arguments,
                arguments(launch, hostname, stage.asides(), groups.visible(group)).stream()
                        .map(a -> a + "\0")
                        .collect(Collectors.joining()),
                StandardCharsets.UTF_8);

        StringBuilder script = new StringBuilder();
        if (!group.processFiles().isEmpty()) {
            // beside the mounts: the kernel lets the first one wait
            script.append("{ ");
            group.processFiles()
                    .forEach(f -> script.append("echo $$ >").append(quote(f)).append("; "));
            script.append("} & ");
        }
        if (!overlay) {
            script.append("cp -a --reflink=auto ")
                    .append(quote(launch.rootfs()))
                    .append("/. ")
                    .append(quote(launch.directory().resolve("upper")))
                    .append("/ && ");
        }
        script.append("mount -n -a -T ")
                .append(quote(stage.table()))
                .append(" && wait && exec 9<")
                .append(quote(arguments));
        script.append(" && exec \"$@\"");
        List<String> command = new ArrayList<>();
        namespace.ifPresent(n -> command.addAll(List.of(HostPrograms.path("nsenter"), "--net=" + n.path())));
        command.addAll(List.of(HostPrograms.path("unshare"), "-m", "--propagation", "private"));
        command.addAll(List.of(HostPrograms.path("sh"), "-c", script.toString(), "sh"));
        if (launch.identity().user() != 0 || !launch.identity().groups().isEmpty()) {
            command.addAll(rights(launch.identity()));
        }
        command.addAll(List.of(HostPrograms.path("bwrap"), "--args", "9", "--"));
        command.addAll(launch.command());

        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Path.of("/").toFile());
        builder.environment().keySet().retainAll(List.of("PATH"));
        return new BubblewrapContainer(launch, spawner.spawn(builder), group, groups);
    }

    private static List<String> rights(Launch.Identity identity) {
        String groups = identity.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
        return List.of(
                HostPrograms.path("setpriv"),
                "--reuid=" + identity.user(),
                "--regid=" + identity.group(),
                groups.isEmpty() ? "--clear-groups" : "--groups=" + groups);
    }

    private static List<String> arguments(
            Launch launch, String hostname, List<StageFiles.Aside> asides, List<Bind> limits) {
        List<String> a = new ArrayList<>();
        a.addAll(List.of("--bind", BubblewrapSandboxes.STAGE.resolve("root").toString(), "/"));
        a.addAll(List.of("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"));
        a.addAll(List.of("--ro-bind", "/sys", "/sys"));
        limits.forEach(b -> a.addAll(List.of("--ro-bind-try", b.host().toString(), b.path())));
        asides.forEach(s -> a.addAll(List.of(
                s.bind().readOnly() ? "--ro-bind" : "--bind",
                s.staged().toString(),
                s.bind().path())));
        if (launch.readOnlyRoot()) {
            a.addAll(List.of("--remount-ro", "/"));
        }
        if (launch.identity().user() != 0) {
            a.addAll(List.of(
                    "--unshare-user",
                    "--uid",
                    "" + launch.identity().user(),
                    "--gid",
                    "" + launch.identity().group()));
        } else if (!launch.privileged()) {
            a.addAll(List.of("--cap-drop", "ALL"));
            CAPABILITIES.forEach(c -> a.addAll(List.of("--cap-add", "CAP_" + c)));
        }
        a.addAll(List.of("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", hostname));
        a.addAll(List.of("--as-pid-1", "--die-with-parent", "--new-session", "--clearenv"));
        launch.environment().forEach((k, v) -> a.addAll(List.of("--setenv", k, v)));
        a.addAll(List.of("--chdir", launch.workingDirectory()));
        return a;
    }

    static String quote(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }

    /**
     * The first process of the container. What stands in our process before bubblewrap does (a shell that mounts) has
     * children too, which are none of the container's.
     */
    private OptionalLong first() {
        if (!isBubblewrap(process.pid())) {
            return OptionalLong.empty();
        }
        try {
            String children = Files.readString(
                            Path.of("/proc/" + process.pid() + "/task/" + process.pid() + "/children"))
                    .strip();
            return children.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(Long.parseLong(children.split(" ", 2)[0]));
        } catch (IOException | NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    /** The container's first process once bubblewrap has become it: before that its namespaces are half made. */
    private long entered() throws IOException {
        for (int i = 0; i < 1000 && process.isAlive(); i++) {
            OptionalLong pid = first();
            if (pid.isPresent() && runs(pid.getAsLong()) && !isBubblewrap(pid.getAsLong())) {
                return pid.getAsLong();
            }
            LockSupport.parkNanos(5_000_000);
        }
        throw new IOException("the container is not running");
    }

    private static boolean runs(long pid) {
        return Files.exists(Path.of("/proc/" + pid + "/exe"));
    }

    private static boolean isBubblewrap(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).endsWith("bwrap");
        } catch (IOException _) {
            return false; // it went between two looks
        }
    }

    @Override
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    @Override
    public void signal(String name) {
        String bare = name.startsWith("SIG") ? name.substring(3) : name;
        long pid = first().orElse(process.pid());
        if (bare.equals("TERM")) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        } else {
            Commands.run("kill", "-s", bare, Long.toString(pid));
        }
    }

    @Override
    public void kill() {
        first().ifPresentOrElse(
                        pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly),
                        process::destroyForcibly);
    }

    /** What the container's processes have, but for what would make a program of the machine load a file of the container's. */
    static Map<String, String> entering(Map<String, String> environment) {
        Map<String, String> kept = new TreeMap<>(environment);
        kept.keySet()
                .removeIf(k -> k.isEmpty()
                        || k.startsWith("-")
                        || k.startsWith("LD_")
                        || List.of("GCONV_PATH", "LOCPATH", "NLSPATH", "GLIBC_TUNABLES", "MALLOC_TRACE")
                                .contains(k));
        kept.putIfAbsent("PATH", HostPrograms.USUAL);
        return kept;
    }

    @Override
    public Process execute(List<String> command) throws IOException {
        long pid = entered();
        StringBuilder script = new StringBuilder();
        group.processFiles()
                .forEach(f -> script.append("echo $$ >").append(quote(f)).append("; "));
        script.append("exec \"$@\"");
        // the programs before the command are the machine's: the container says nothing about where they are or what
        // they load
        List<String> all = new ArrayList<>(List.of(HostPrograms.path("sh"), "-c", script.toString(), "sh"));
        all.addAll(List.of(HostPrograms.path("env"), "-i"));
        entering(launch.environment()).forEach((k, v) -> all.add(k + "=" + v));
        all.addAll(List.of(HostPrograms.path("setpriv"), "--no-new-privs"));
        all.addAll(List.of(HostPrograms.path("nsenter"), "-t", Long.toString(pid), "-m", "-u", "-i", "-n", "-p", "-r"));
        all.add("--wdns=" + launch.workingDirectory());
        if (launch.identity().user() != 0) {
            all.addAll(List.of(
                    "-S",
                    "" + launch.identity().user(),
                    "-G",
                    "" + launch.identity().group()));
        }
        all.add("--");
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().clear();
        builder.redirectInput(Path.of("/dev/null").toFile());
        return builder.start();
    }
}
