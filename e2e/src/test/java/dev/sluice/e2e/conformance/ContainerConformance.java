package dev.sluice.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program finds in its container (the runtime contract). */
@Conformance
class ContainerConformance {
    @Test
    @Row({"TestShouldEnvVars", "TestMustEnvVars"})
    void tellsAProgramItsNamesAndItsPort(World world) {
        var service =
                world.service("told", "$V1", "ports: [{containerPort: 8801}]").ready();
        assertThat(service.get("/env").lines())
                .containsEntry("K_SERVICE", "told")
                .containsEntry("K_CONFIGURATION", "told")
                .containsEntry("K_REVISION", "told-00001")
                .containsEntry("PORT", "8801");
    }

    @Test
    @Row("TestShouldHaveStdinEOF")
    void givesStandardInputThatHasEnded(World world) {
        assertThat(world.service("silent", "$V1").ready().body("/stdin")).isEqualTo("EOF");
    }

    @Test
    @Row("TestMustHaveCgroupConfigured")
    void limitsProcessorAndMemoryByControlGroups(World world) {
        var service = world.service(
                        "limited",
                        "$V1",
                        "resources: {limits: {cpu: '1', memory: 128Mi}, requests: {cpu: 125m, memory: 64Mi}}")
                .ready();
        if (service.get("/read?path=/sys/fs/cgroup/memory.max").status() == 200) { // version 2
            assertThat(service.body("/read?path=/sys/fs/cgroup/memory.max").strip())
                    .isEqualTo("134217728");
            var quota =
                    service.body("/read?path=/sys/fs/cgroup/cpu.max").strip().split(" ", -1);
            assertThat(Long.parseLong(quota[0])).isEqualTo(Long.parseLong(quota[1]));
        } else {
            assertThat(service.body("/read?path=/sys/fs/cgroup/memory/memory.limit_in_bytes")
                            .strip())
                    .isEqualTo("134217728");
            assertThat(service.body("/read?path=/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
                            .strip())
                    .isEqualTo(service.body("/read?path=/sys/fs/cgroup/cpu/cpu.cfs_period_us")
                            .strip());
            assertThat(Integer.parseInt(service.body("/read?path=/sys/fs/cgroup/cpu/cpu.shares")
                            .strip()))
                    .isBetween(126, 130);
        }
    }

    @Test
    @Row({"TestShouldHaveCgroupReadOnly", "TestShouldHaveSysctlReadOnly"})
    void showsControlGroupsAndKernelSettingsReadOnly(World world) {
        var service = world.service("reader", "$V1", "securityContext: {runAsUser: 0}")
                .ready();
        var group = service.get("/stat?path=/sys/fs/cgroup/cgroup.procs").status() == 200
                ? "/sys/fs/cgroup/cgroup.procs"
                : "/sys/fs/cgroup/memory/memory.limit_in_bytes";
        for (var file : List.of(group, "/proc/sys/kernel/hostname", "/proc/sys/net/ipv4/ip_forward")) {
            assertThat(service.body("/writable?path=" + file)).as(file).contains("Read-only file system");
        }
    }

    @Test
    @Row("TestCmdArgs")
    void passesArgumentsToTheImagesProgram(World world) {
        var service =
                world.service("spoken", "$V1", "args: [abra, cadabra, do]").ready();
        assertThat(service.body("/args").lines()).containsExactly("abra", "cadabra", "do");
    }

    @Test
    @Row("TestMustHaveFiles")
    void hasTheFilesThatAProgramMayCountOn(World world) {
        var service = world.service("furnished", "$V1").ready();
        assertThat(service.body("/stat?path=/tmp")).startsWith("d rwxrwxrwx");
        assertThat(service.body("/create?path=/tmp")).isEqualTo("created");
        for (var device : List.of("full", "null", "random", "tty", "urandom", "zero")) {
            assertThat(service.body("/stat?path=/dev/" + device)).as(device).startsWith("c rw-rw-rw-");
        }
        assertThat(service.body("/stat?path=/dev/ptmx")).matches("link (/dev/)?pts/ptmx|c rw-rw-rw-.*");
        assertThat(service.body("/stat?path=/dev/fd")).isEqualTo("link /proc/self/fd");
        assertThat(service.body("/stat?path=/dev/stdin")).isEqualTo("link /proc/self/fd/0");
        assertThat(service.body("/stat?path=/dev/stdout")).isEqualTo("link /proc/self/fd/1");
        assertThat(service.body("/stat?path=/dev/stderr")).isEqualTo("link /proc/self/fd/2");
        assertThat(service.body("/stat?path=/proc/self/fd")).startsWith("d r-x");
        for (int i = 0; i < 3; i++) {
            assertThat(service.body("/stat?path=/proc/self/fd/" + i)).startsWith("link ");
        }
    }

    @Test
    @Row("TestShouldHaveFiles")
    void hasTheFilesOfANetworkedMachineAndNoConsole(World world) {
        var service = world.service("named", "$V1").ready();
        for (var file : List.of("/etc/resolv.conf", "/etc/hosts", "/etc/hostname")) {
            assertThat(service.body("/stat?path=" + file)).as(file).matches("- rw.r..r..");
        }
        assertThat(service.body("/read?path=/etc/resolv.conf")).contains("nameserver");
        assertThat(service.get("/stat?path=/dev/console").status()).isEqualTo(500);
    }

    @Test
    @Row("TestWorkingDirService")
    void startsWhereItIsTold(World world) {
        assertThat(world.service("placed", "$V1", "workingDir: /foo/bar/baz")
                        .ready()
                        .body("/cwd"))
                .isEqualTo("/foo/bar/baz");
    }

    @Test
    @Row("TestMustRunAsUser")
    void runsAsTheUserItIsTold(World world) {
        var service = world.service("somebody", "$V1", "securityContext: {runAsUser: 2020}")
                .ready();
        assertThat(service.get("/identity").lines()).containsEntry("uid", "2020");
    }

    @Test
    @Row("TestShouldRunAsUserContainerDefault")
    void runsAsTheImagesUserOtherwise(World world) {
        assertThat(world.service("default", "$V1").ready().get("/identity").lines())
                .containsEntry("uid", "65532"); // which group an image's user has is the runtime's affair
    }

    @Test
    @Row("TestSecretsViaEnv")
    void takesVariablesFromSecrets(World world) {
        world.create(Kind.SECRET, "metadata: {name: kept}\nstringData: {testKey: testValue}\n");
        takesVariables(world, "secretKeyRef", "secretRef");
    }

    @Test
    @Row("TestConfigsViaEnv")
    void takesVariablesFromConfigMaps(World world) {
        world.create(Kind.CONFIG_MAP, "metadata: {name: kept}\ndata: {testKey: testValue}\n");
        takesVariables(world, "configMapKeyRef", "configMapRef");
    }

    private static void takesVariables(World world, String one, String all) {
        var single = world.service(
                        "single",
                        "$V1",
                        "env: [{name: OURS, valueFrom: {%s: {name: kept, key: testKey}}}]".formatted(one))
                .ready();
        assertThat(single.get("/env").lines()).containsEntry("OURS", "testValue");
        var whole = world.service("whole", "$V1", "envFrom: [{%s: {name: kept}}]".formatted(all))
                .ready();
        assertThat(whole.get("/env").lines()).containsEntry("testKey", "testValue");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "ports: [{name: arbitrary, containerPort: 8888}] | Port name arbitrary is not allowed",
                "volumeMounts: [{name: v, mountPath: /, mountPropagation: HostToContainer}] | mount propagation"
            })
    @Row("TestMustNotContainerConstraints")
    void refusesWhatAContainerMustNotHave(String fieldAndText, World world) {
        refused(world, fieldAndText);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "ports: [{containerPort: 8888}, {containerPort: 8889}] | more than one container port is set",
                "securityContext: {runAsUser: -10} | runAsUser"
            })
    @Row("TestShouldNotContainerConstraints")
    void refusesWhatAContainerShouldNotHave(String fieldAndText, World world) {
        refused(world, fieldAndText);
    }

    @Test
    @Row("TestShouldNotContainerConstraints")
    void dropsWhatKnativesSchemaDoesNotKnow(World world) {
        var service = world.service(
                "pruned",
                "$V1",
                "lifecycle: {postStart: {exec: {command: [x]}}, preStop: {exec: {command: [x]}}}",
                "ports: [{containerPort: 8888, hostPort: 80}]",
                "stdin: true",
                "stdinOnce: true",
                "tty: true");
        var container = service.json().at("/spec/template/spec/containers/0");
        assertThat(container.fieldNames()).toIterable().doesNotContain("lifecycle", "stdin", "stdinOnce", "tty");
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8888);
        assertThat(container.at("/ports/0/hostPort").isMissingNode()).isTrue();
    }

    private static void refused(World world, String fieldAndText) {
        var parts = fieldAndText.split(" \\| ", 2);
        assertThat(world.refusal(() -> world.service("refused", "$V1", parts[0])))
                .contains(parts[1]);
        assertThat(Stream.of(Kind.SERVICE, Kind.CONFIGURATION).flatMap(kind -> world.list(kind).stream()))
                .isEmpty();
    }
}
