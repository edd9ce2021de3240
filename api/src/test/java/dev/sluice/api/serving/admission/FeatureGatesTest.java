package dev.sluice.api.serving.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.autoscaling.AutoscalingKeys;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands behind a switch of config-features is refused while it is off and taken when it is on. */
class FeatureGatesTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("gates")
    void aSwitchDecides(String flag, String fields, String refusal) {
        var spec = "{containers: [{image: a/b}], " + fields + "}";

        assertThat(errors(spec, Map.of(flag, "Disabled"))).contains(refusal);
        assertThat(errors(spec, Map.of(flag, "Enabled"))).doesNotContain(refusal);
    }

    static Stream<Arguments> gates() {
        return Stream.of(
                pod("affinity", "affinity", "{nodeAffinity: {}}"),
                pod("topologyspreadconstraints", "topologySpreadConstraints", "[{maxSkew: 1}]"),
                pod("hostaliases", "hostAliases", "[{ip: 1.2.3.4}]"),
                pod("nodeselector", "nodeSelector", "{disk: ssd}"),
                pod("tolerations", "tolerations", "[{key: a}]"),
                pod("runtimeclassname", "runtimeClassName", "gvisor"),
                pod("dnspolicy", "dnsPolicy", "Default"),
                pod("dnsconfig", "dnsConfig", "{nameservers: [1.2.3.4]}"),
                pod("shareprocessnamespace", "shareProcessNamespace", "true"),
                pod("hostipc", "hostIPC", "true"),
                pod("hostpid", "hostPID", "true"),
                pod("hostnetwork", "hostNetwork", "true"),
                pod("priorityclassname", "priorityClassName", "high"),
                pod("schedulername", "schedulerName", "mine"),
                Arguments.of(
                        "kubernetes.podspec-securitycontext",
                        "securityContext: {fsGroup: 7}",
                        "must not set the field(s): securityContext.fsGroup"),
                Arguments.of(
                        "kubernetes.podspec-init-containers",
                        "initContainers: [{image: a/b}]",
                        "pod spec support for init-containers is off, but found 1 init containers"),
                Arguments.of(
                        "kubernetes.podspec-volumes-emptydir",
                        "volumes: [{name: v, emptyDir: {}}]",
                        "EmptyDir volume support is disabled, but found EmptyDir volume v"),
                volume("hostpath", "hostPath: {path: /x}", "hostPath"),
                volume("csi", "csi: {driver: d}", "csi"),
                volume("image", "image: {reference: a/b}", "image"),
                volume("ephemeral", "ephemeral: {volumeClaimTemplate: {}}", "ephemeral"),
                Arguments.of(
                        "kubernetes.podspec-persistent-volume-claim",
                        "volumes: [{name: v, persistentVolumeClaim: {claimName: c, readOnly: true}}]",
                        "Persistent volume claim support is disabled, but found persistent volume claim c"),
                Arguments.of(
                        "kubernetes.podspec-persistent-volume-write",
                        "volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]",
                        "Persistent volume write support is disabled, but found persistent volume claim c that is not "
                                + "read-only"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "disabled | - | 80 | {}",
                "AllowRootBounded | - | 8080 | {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}}",
                "Enabled | - | 80 | {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}, runAsNonRoot: true}",
                "Enabled | runAsNonRoot: false, capabilities: {drop: [NET_RAW]} | 8080 | {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [NET_RAW]}, runAsNonRoot: false}",
            })
    void securePodDefaultsAreGivenAndTaken(String mode, String own, int port, String expected) {
        var config = config(Map.of("secure-pod-defaults", mode));
        var spec = Admit.json("{containers: [{image: a/b, ports: [{containerPort: " + port + "}], securityContext: {"
                + (own.equals("-") ? "" : own) + "}}]}");

        RevisionDefaults.apply(spec, true, config);

        assertThat(spec.path("containers").path(0).path("securityContext")).isEqualTo(Admit.json(expected));
        assertThat(TemplateRules.spec(spec, config).text()).isEmpty();
    }

    private static Arguments pod(String flag, String field, String value) {
        return Arguments.of("kubernetes.podspec-" + flag, field + ": " + value, "must not set the field(s): " + field);
    }

    private static Arguments volume(String flag, String source, String field) {
        return Arguments.of(
                "kubernetes.podspec-volumes-" + flag,
                "volumes: [{name: v, " + source + "}]",
                "must not set the field(s): volumes[0]." + field);
    }

    private static String errors(String yaml, Map<String, String> flags) {
        var config = config(flags);
        ObjectNode spec = Admit.json(yaml);
        RevisionDefaults.apply(spec, true, config);
        return TemplateRules.spec(spec, config).text();
    }

    private static AdmissionConfig config(Map<String, String> flags) {
        return new AdmissionConfig(ServingDefaults.upstream(), new Features(flags), 0, false, AutoscalingKeys.KPA);
    }
}
