package dev.sluice.e2e;

import java.nio.file.Path;
import java.time.Duration;
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
    };

    /** Returns when it is dead and, where others need it at once, back. */
    abstract void die(Platform platform) throws InterruptedException;

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
