package dev.sluice.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher says on a machine that lacks what it builds itself with. */
class LauncherIT {
    private static final Path LAUNCHER =
            Path.of("..", "sluice").toAbsolutePath().normalize();
    private static final List<String> TOOLS = List.of(
            "awk",
            "bash",
            "cat",
            "cut",
            "dirname",
            "env",
            "find",
            "flock",
            "getent",
            "grep",
            "head",
            "id",
            "mkdir",
            "mktemp",
            "mv",
            "readlink",
            "rm",
            "sed",
            "seq",
            "sort",
            "tail",
            "tee",
            "tr");

    @TempDir
    private Path folder = Path.of("");

    private Path programs = folder;

    @BeforeEach
    void aCheckoutWithoutMaven() throws Exception {
        programs = Files.createDirectory(folder.resolve("bin"));
        for (var tool : TOOLS) {
            Files.createSymbolicLink(programs.resolve(tool), onPath(tool));
        }
        Files.copy(
                LAUNCHER,
                Files.createDirectory(folder.resolve("checkout")).resolve("sluice"),
                java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void saysThatItNeedsMaven() throws Exception {
        assertThat(said("status"))
                .isEqualTo("1 sluice: needs Maven 3.8.7 or newer (mvn) on PATH to build itself and found none.\n");
    }

    @Test
    void saysThatTheBuildFailedAndWhereToRead() throws Exception {
        program("mvn", "echo boom; exit 1");

        assertThat(said("status"))
                .startsWith("1 ")
                .contains("boom\n")
                .endsWith("sluice: the build failed; see " + folder.resolve("checkout/app/target/build.log") + "\n");
    }

    @Test
    void showsTheErrorsOfABuildThatFailed() throws Exception {
        program("mvn", "for i in $(seq 30); do echo \"[ERROR] $i.\"; done; echo afterwards; exit 1");

        assertThat(said("status"))
                .contains("[ERROR] 1.\n", "[ERROR] 20.\n", "sluice: the build failed; see ")
                .doesNotContain("[ERROR] 21.", "afterwards");
    }

    @Test
    void saysWhatTestsNeedBeforeItBuildsAnything() throws Exception {
        var launcher = folder.resolve("checkout/sluice");
        // where this machine may have them
        Files.writeString(
                launcher, Files.readString(launcher).replaceAll("/usr/lib/rabbitmq/bin|google-cloud-sdk", "none"));
        program("mvn", "exit 1");

        assertThat(said("test"))
                .startsWith("1 sluice: test needs what this machine lacks: ")
                .contains("git; kubectl on PATH; RabbitMQ in ", "; Google's Pub/Sub emulator (")
                .hasLineCount(1);
        assertThat(folder.resolve("checkout/app")).doesNotExist();
    }

    /** The places are those of PubSubServer: beside the gcloud on PATH, whatever links lead to it. */
    @Test
    void findsTheEmulatorBesideGcloud() throws Exception {
        var launcher = folder.resolve("checkout/sluice");
        Files.writeString(launcher, Files.readString(launcher).replaceAll("/usr/lib/rabbitmq/bin", "/none"));
        var sdk = Files.createDirectories(folder.resolve("sdk/platform/pubsub-emulator/lib"))
                .resolve("../../..")
                .normalize();
        Files.createFile(sdk.resolve("platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar"));
        Files.createFile(Files.createDirectory(sdk.resolve("bin")).resolve("gcloud"));
        assertThat(sdk.resolve("bin/gcloud").toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(programs.resolve("gcloud"), sdk.resolve("bin/gcloud"));

        assertThat(said("test")).contains("RabbitMQ").doesNotContain("Pub/Sub");
    }

    @Test
    void saysThatThereIsNoJdk() throws Exception {
        var launcher = folder.resolve("checkout/sluice");
        // where this machine may have one
        Files.writeString(launcher, Files.readString(launcher).replaceAll("/(usr/lib/jvm|opt|usr/java)/", "/none/"));

        assertThat(said("status", "JAVA_HOME", "", "SLUICE_JAVA_HOME", ""))
                .startsWith("1 sluice: needs a JDK 25 and found none (looked at SLUICE_JAVA_HOME, JAVA_HOME, PATH,")
                .hasLineCount(1);
    }

    /** The JVM keeps what it learned only where the instance became ready and the cache is whole; otherwise the next one learns. */
    @Test
    void startsFromWhatTheFirstReadyInstanceLearned() throws Exception {
        var target = Files.createDirectories(folder.resolve("checkout/app/target"));
        Files.writeString(target.resolve("sluice.classpath"), "none.jar");
        Files.createFile(target.resolve("sluice.built"));
        var jdk = folder.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(jdk.resolve("bin/javac"), "");
        script(jdk.resolve("bin/java"), """
                cache=
                for word; do
                    case $word in
                        -XX:AOTCache=*) cache=${word#*=} ;;
                        -XX:AOTCacheOutput=*) echo "$WHOLE" >"${word#*=}" ;;
                        -Dsluice.training=*) [ "$READY" = no ] || : >"${word#*=}" ;;
                        -version) grep -q yes "$cache"; exit ;;
                    esac
                done
                echo "$*" | tr ' ' '\\n' | grep AOTCache >&2""");
        var environment = new String[] {"JAVA_HOME", jdk.toString(), "READY", "no", "WHOLE", "yes"};
        var learns = "-XX:AOTCacheOutput=" + target.resolve("sluice-up.aot.new");

        assertThat(said("up", environment)).contains(learns);
        environment[3] = "yes";
        environment[5] = "half";
        assertThat(said("up", environment)).contains(learns);
        environment[5] = "yes";
        assertThat(said("up", environment)).contains(learns);
        assertThat(said("up", environment)).contains("-XX:AOTCache=" + target.resolve("sluice-up.aot") + "\n");
    }

    /** The exit code and what went to stderr. */
    private String said(String verb, String... environment) throws Exception {
        var builder = new ProcessBuilder(folder.resolve("checkout/sluice").toString(), verb)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(Map.of(
                        "PATH", programs.toString(),
                        "HOME", folder.toString(),
                        "JAVA_HOME", System.getProperty("java.home")));
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        var process = builder.start();
        var text = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + text;
    }

    private void program(String name, String script) throws Exception {
        script(programs.resolve(name), script);
    }

    private static void script(Path file, String script) throws Exception {
        Files.writeString(file, "#!" + onPath("bash") + "\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Path onPath(String name) {
        return List.of(System.getenv("PATH").split(":", -1)).stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("this machine has no " + name));
    }
}
