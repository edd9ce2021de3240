package dev.sluice.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Starts children that die with it: with its {@link #close()}, with the JVM, and with a JVM that is killed.
 *
 * <p>On Linux the kernel does it: {@code setpriv --pdeathsig} asks for SIGKILL when the parent's <em>thread</em> that forked ends, so all
 * children are forked by one platform thread that lives as long as this object. The shell behind setpriv leaves when the JVM died before
 * the request was made. Elsewhere a shell stands between, which kills its child when the pipe from the JVM closes.
 *
 * <p>With setsid children have sessions of their own: Ctrl-C at a terminal reaches the JVM alone, which then ends them in order.
 */
public final class Spawner implements AutoCloseable {

    private static final String ONLY_UNDER_PARENT = "[ \"$PPID\" = \"$1\" ] || exit 125; shift; exec \"$@\" </dev/null";
    private static final String WATCHDOG = """
            child=; told=
            trap 'told=1; [ -z "$child" ] || kill -TERM $child' TERM INT
            exec 3<&0
            "$@" 3<&- </dev/null &
            child=$!
            [ -z "$told" ] || kill -TERM $child
            { while read -r _ <&3; do :; done; kill -KILL $child; } 2>/dev/null &
            watcher=$!
            exec 3<&-
            while :; do
              wait $child; code=$?
              kill -0 $child 2>/dev/null || break
            done
            kill -KILL $watcher 2>/dev/null
            exit $code
            """;

    private final ThreadPoolExecutor thread;
    private final List<String> guard;
    private final Set<Process> children = ConcurrentHashMap.newKeySet();

    private Spawner(ThreadPoolExecutor thread, List<String> guard) {
        this.thread = thread;
        this.guard = guard;
    }

    /** The name is that of the forking thread. */
    public static Spawner start(String name, Env env) {
        var thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(name).factory());
        return new Spawner(thread, guard(env));
    }

    /** For tests of the way without setpriv. */
    static Spawner withWatchdogShell(String name) {
        var spawner = start(name, _ -> null);
        return new Spawner(spawner.thread, watchdog());
    }

    private static List<String> guard(Env env) {
        var setpriv = env.onPath("setpriv");
        if (setpriv.isPresent() && understandsDeathSignal(setpriv.get().toString())) {
            var guard = new ArrayList<String>();
            env.onPath("setsid").ifPresent(setsid -> guard.add(setsid.toString()));
            guard.addAll(List.of(
                    setpriv.get().toString(),
                    "--pdeathsig",
                    "KILL",
                    "/bin/sh",
                    "-c",
                    ONLY_UNDER_PARENT,
                    "sh",
                    Long.toString(ProcessHandle.current().pid())));
            return guard;
        }
        return watchdog();
    }

    private static List<String> watchdog() {
        return List.of("/bin/sh", "-c", WATCHDOG, "sh");
    }

    private static boolean understandsDeathSignal(String setpriv) {
        try {
            return new ProcessBuilder(setpriv, "--pdeathsig", "KILL", "true")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Starts the builder's command, which must be given with its path. With setpriv the process id is the program's own. Standard input
     * belongs to the guard; the child's is empty. End a child politely by its {@link Process#toHandle() handle}: {@link Process#destroy()}
     * closes the pipe by which the watchdog shell knows that the JVM lives.
     */
    public Process spawn(ProcessBuilder builder) {
        var command = new ArrayList<>(guard);
        command.addAll(builder.command());
        var guarded = new ProcessBuilder(command)
                .directory(builder.directory())
                .redirectInput(builder.redirectInput())
                .redirectOutput(builder.redirectOutput())
                .redirectError(builder.redirectError())
                .redirectErrorStream(builder.redirectErrorStream());
        guarded.environment().clear();
        guarded.environment().putAll(builder.environment());
        try {
            var process = thread.submit(guarded::start).get();
            children.add(process);
            var _ = process.onExit().thenAccept(children::remove);
            return process;
        } catch (RejectedExecutionException e) {
            throw new EngineException("starting " + builder.command().getFirst() + ": its spawner is closed", e);
        } catch (ExecutionException e) {
            throw new EngineException("starting " + builder.command().getFirst() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("starting " + builder.command().getFirst() + ": interrupted", e);
        }
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        thread.shutdown();
        children.forEach(Process::destroyForcibly);
    }
}
