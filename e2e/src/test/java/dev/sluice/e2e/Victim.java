package dev.sluice.e2e;

import dev.sluice.api.build.Build;
import dev.sluice.testing.ask.Ask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** What a fault kills with -9, and how it comes back. */
enum Victim {
    /** The JVM: everything it started ends with it; a person starts it again. */
    SLUICE {
        @Override
        void die(Platform platform) throws InterruptedException {
            platform.kill();
            platform.up();
        }

        @Override
        boolean takesPods() {
            return true;
        }
    },
    /** Sluice starts it again by itself, and so for the others. */
    TEMPORAL {
        @Override
        void die(Platform platform) {
            killChild(platform, "temporal");
        }
    },
    API_SERVER {
        @Override
        void die(Platform platform) {
            killChild(platform, "kube-apiserver");
            apiServerAnswers(platform);
        }
    },
    ETCD {
        @Override
        void die(Platform platform) {
            killChild(platform, "etcd");
            apiServerAnswers(platform);
        }
    },
    /** Without it no Deployment gets its pods, and nothing deleted is cleared away. */
    CONTROLLER_MANAGER {
        @Override
        void die(Platform platform) {
            killChild(platform, "kube-controller-manager");
        }
    },
    /** Deleted at once, as when its node is taken away. */
    BUILD_POD {
        @Override
        void die(Platform platform) {
            var pods = platform.client().pods().inAnyNamespace().withLabel(Build.NAME_LABEL).list().getItems().stream()
                    .filter(pod -> !"Succeeded".equals(pod.getStatus().getPhase()))
                    .toList();
            platform.client().resourceList(pods).withGracePeriod(0).delete();
        }

        @Override
        boolean takesPods() {
            return true;
        }
    },
    /** The process of the step that runs. */
    BUILD_STEP {
        @Override
        void die(Platform platform) {
            var steps = Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> steps(platform), found -> !found.isEmpty());
            steps.forEach(ProcessHandle::destroyForcibly);
            steps.forEach(process -> process.onExit().join());
        }

        @Override
        boolean takesPods() {
            return true;
        }
    };

    private static final List<String> STEPS = List.of("dev.sluice.builds.step.StepMain", Ask.class.getName());

    /** Returns when it is dead and, where others need it at once, back. */
    abstract void die(Platform platform) throws InterruptedException;

    /** Whether the pods of builds go with it. */
    boolean takesPods() {
        return false;
    }

    private static List<ProcessHandle> steps(Platform platform) {
        return platform.process()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .filter(arguments -> STEPS.stream().anyMatch(List.of(arguments)::contains))
                        .isPresent())
                .toList();
    }

    static ProcessHandle child(Platform platform, String program) {
        return platform.process()
                .descendants()
                .filter(process -> process.info()
                        .command()
                        .filter(command ->
                                Path.of(command).getFileName().toString().equals(program))
                        .isPresent())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process " + program));
    }

    private static void killChild(Platform platform, String program) {
        var process = child(platform, program);
        process.destroyForcibly();
        process.onExit().join();
    }

    private static void apiServerAnswers(Platform platform) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> platform.kubectl("get", "--raw", "/readyz").exit() == 0);
    }
}
