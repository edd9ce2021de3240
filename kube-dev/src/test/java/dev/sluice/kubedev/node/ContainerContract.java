package dev.sluice.kubedev.node;

import static dev.sluice.kubedev.node.PodBench.waits;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What a container finds when it starts: variables, arguments, users, files, names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
abstract class ContainerContract {

    PodBench pods;

    abstract PodBench bench();

    @BeforeAll
    void open() {
        pods = bench();
    }

    @AfterAll
    void shut() {
        pods.close();
    }

    @Test
    void variablesExpandInCommandsAndInLaterVariables() {
        String output = pods.output("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  env: [{name: A, value: one}, {name: B, value: "$(A)-two"}]
                  command: [echo, "$(B)", "$$(A)"]
                  args: ["$(UNKNOWN)"]
                """);
        assertThat(output).isEqualTo("one-two $(A) $(UNKNOWN)\n");
    }

    @Test
    void variablesComeFromEverySource() {
        String map = pods.configMap(Map.of("k", "from-map"));
        String secret = pods.secret(Map.of("s", "from-secret"));
        String output = pods.output("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  resources: {limits: {cpu: 250m, memory: 64Mi}}
                  envFrom: [{configMapRef: {name: MAP}, prefix: M_}, {secretRef: {name: SECRET}}, {configMapRef: {name: none, optional: true}}]
                  env:
                  - {name: ONE, valueFrom: {configMapKeyRef: {name: MAP, key: k}}}
                  - {name: TWO, valueFrom: {secretKeyRef: {name: SECRET, key: s}}}
                  - {name: GONE, valueFrom: {secretKeyRef: {name: none, key: s, optional: true}}}
                  - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
                  - {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
                  - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                  - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1m}}}
                  - {name: MEM, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
                  command: [sh, -c, "echo $M_k $s $ONE $TWO ${GONE-unset} $LABEL $NS $CPU $MEM; test -n \\"$NODE\\""]
                """.replace("MAP", map).replace("SECRET", secret));
        assertThat(output)
                .isEqualTo("from-map from-secret from-map from-secret unset contract " + pods.namespace + " 250 64\n");
    }

    @Test
    void aPodKnowsItsAddresses() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                containers:
                - name: a
                  image: SHELL
                  env:
                  - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                  - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
                  command: [sh, -c, "echo $IP $HOST"]
                """));
        assertThat(pods.log(pod))
                .isEqualTo(pod.getStatus().getPodIP() + " " + pod.getStatus().getHostIP() + "\n");
    }

    @Test
    void aContainerRunsInItsWorkingDirectory() {
        assertThat(pods.output("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, workingDir: /some/where, command: [pwd]}
                """)).isEqualTo("/some/where\n");
    }

    @Test
    void usersAndGroupsAreThoseAskedFor() {
        assertThat(pods.output("""
                restartPolicy: Never
                securityContext: {runAsUser: 1234, runAsGroup: 2345, fsGroup: 3456}
                volumes: [{name: v, emptyDir: {}}]
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "id -u; id -g; touch /v/x; stat -c %u /v/x"]
                  volumeMounts: [{name: v, mountPath: /v}]
                """)).isEqualTo("1234\n2345\n1234\n");
    }

    @Test
    void rootIsRefusedWhereItMustNotBe() {
        Pod pod = pods.until(pods.create("""
                securityContext: {runAsNonRoot: true}
                containers:
                - {name: a, image: SHELL, command: [sh]}
                """), p -> waits(p, "CreateContainerConfigError"));
        assertThat(PodBench.container(pod, "a").getState().getWaiting().getMessage())
                .startsWith("container has runAsNonRoot and image will run as root");
    }

    @Test
    void theRootFileSystemIsWritableAndItsOwn() {
        assertThat(pods.output("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "test -e /mark && echo stale; echo mine > /mark && cat /mark"]}
                """)).isEqualTo("mine\n");
        assertThat(pods.output("""
                restartPolicy: Never
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "test -e /mark && echo stale; echo fresh"]}
                """)).isEqualTo("fresh\n");
    }

    @Test
    void aReadOnlyRootStaysUnwritten() {
        assertThat(pods.output("""
                restartPolicy: Never
                volumes: [{name: v, emptyDir: {}}]
                containers:
                - name: a
                  image: SHELL
                  securityContext: {readOnlyRootFilesystem: true}
                  command: [sh, -c, "touch /x 2>/dev/null || echo refused; touch /v/x && echo volume"]
                  volumeMounts: [{name: v, mountPath: /v}]
                """)).isEqualTo("refused\nvolume\n");
    }

    @Test
    void configMapsAndSecretsAreFiles() {
        String map = pods.configMap(Map.of("a", "1", "b", "2"));
        String secret = pods.secret(Map.of("key", "hidden"));
        assertThat(pods.output("""
                restartPolicy: Never
                volumes:
                - {name: m, configMap: {name: MAP, items: [{key: b, path: deep/b, mode: 0400}]}}
                - {name: s, secret: {secretName: SECRET, defaultMode: 0440}}
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "ls /m; cat /m/deep/b; stat -L -c ' %a' /m/deep/b; cat /s/key; stat -L -c ' %a' /s/key; touch /m/x 2>/dev/null || echo readonly"]
                  volumeMounts: [{name: m, mountPath: /m}, {name: s, mountPath: /s}]
                """.replace("MAP", map).replace("SECRET", secret)))
                .isEqualTo("deep\n2 400\nhidden 440\nreadonly\n");
    }

    @Test
    void aSubPathIsMountedAlone() {
        String map = pods.configMap(Map.of("a", "one", "b", "two"));
        assertThat(pods.output("""
                restartPolicy: Never
                volumes: [{name: m, configMap: {name: MAP}}, {name: v, emptyDir: {}}]
                containers:
                - name: a
                  image: SHELL
                  env: [{name: WHO, value: me}]
                  command: [sh, -c, "cat /etc/one.conf; touch /sub/x; ls /all/me"]
                  volumeMounts:
                  - {name: m, mountPath: /etc/one.conf, subPath: a}
                  - {name: v, mountPath: /sub, subPathExpr: $(WHO)}
                  - {name: v, mountPath: /all}
                """.replace("MAP", map))).isEqualTo("onex\n");
    }

    @Test
    void aProjectedVolumeHoldsTokenAuthorityAndFacts() {
        assertThat(pods.output("""
                restartPolicy: Never
                serviceAccountName: default
                volumes:
                - name: d
                  downwardAPI:
                    items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: note, fieldRef: {fieldPath: "metadata.annotations['note']"}}]
                containers:
                - name: a
                  image: SHELL
                  command: [sh, -c, "cd /var/run/secrets/kubernetes.io/serviceaccount; ls; cat namespace; echo; head -c 10 ca.crt; echo; head -c 2 token; echo; cat /d/labels; echo; cat /d/note"]
                  volumeMounts: [{name: d, mountPath: /d}]
                """))
                .isEqualTo("ca.crt\nnamespace\ntoken\n" + pods.namespace
                        + "\n-----BEGIN\ney\napp=\"contract\"\nsome \"words\"");
    }

    @Test
    void hostNamesAreThePods() {
        Pod pod = pods.finished(pods.create("""
                restartPolicy: Never
                hostAliases: [{ip: 10.1.2.3, hostnames: [friend, friend.example]}]
                containers:
                - {name: a, image: SHELL, command: [sh, -c, "hostname; cat /etc/hosts"]}
                """));
        assertThat(pods.log(pod))
                .startsWith(pod.getMetadata().getName() + "\n# Kubernetes-managed hosts file.")
                .contains(pod.getStatus().getPodIP() + "\t" + pod.getMetadata().getName())
                .contains("10.1.2.3\tfriend\tfriend.example");
    }
}
