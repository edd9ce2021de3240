package dev.sluice.api.serving.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.admission.FieldErrors;
import java.util.Map;
import java.util.Set;

/** Which fields an object may have: some always, some behind a switch of config-features. */
record FieldMask(Set<String> allowed, Map<String, String> gated) {
    static final FieldMask POD = new FieldMask(
            Set.of(
                    "containers",
                    "serviceAccountName",
                    "volumes",
                    "imagePullSecrets",
                    "enableServiceLinks",
                    "automountServiceAccountToken",
                    "initContainers",
                    "securityContext",
                    "containerConcurrency",
                    "timeoutSeconds",
                    "responseStartTimeoutSeconds",
                    "idleTimeoutSeconds"),
            Map.ofEntries(
                    Map.entry("affinity", "kubernetes.podspec-affinity"),
                    Map.entry("topologySpreadConstraints", "kubernetes.podspec-topologyspreadconstraints"),
                    Map.entry("hostAliases", "kubernetes.podspec-hostaliases"),
                    Map.entry("nodeSelector", "kubernetes.podspec-nodeselector"),
                    Map.entry("tolerations", "kubernetes.podspec-tolerations"),
                    Map.entry("runtimeClassName", "kubernetes.podspec-runtimeclassname"),
                    Map.entry("dnsPolicy", "kubernetes.podspec-dnspolicy"),
                    Map.entry("dnsConfig", "kubernetes.podspec-dnsconfig"),
                    Map.entry("shareProcessNamespace", "kubernetes.podspec-shareprocessnamespace"),
                    Map.entry("hostIPC", "kubernetes.podspec-hostipc"),
                    Map.entry("hostPID", "kubernetes.podspec-hostpid"),
                    Map.entry("hostNetwork", "kubernetes.podspec-hostnetwork"),
                    Map.entry("priorityClassName", "kubernetes.podspec-priorityclassname"),
                    Map.entry("schedulerName", "kubernetes.podspec-schedulername")));
    static final FieldMask CONTAINER = always(
            "name",
            "image",
            "imagePullPolicy",
            "args",
            "command",
            "env",
            "envFrom",
            "workingDir",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "ports",
            "resources",
            "securityContext",
            "terminationMessagePath",
            "terminationMessagePolicy",
            "volumeMounts");
    static final FieldMask SECURITY_CONTEXT = always(
            "allowPrivilegeEscalation",
            "capabilities",
            "readOnlyRootFilesystem",
            "runAsUser",
            "runAsGroup",
            "runAsNonRoot",
            "seccompProfile");
    static final FieldMask CAPABILITIES =
            new FieldMask(Set.of("drop"), Map.of("add", "kubernetes.containerspec-addcapabilities"));
    static final FieldMask POD_SECURITY_CONTEXT = new FieldMask(
            Set.of(),
            Map.of(
                    "runAsUser", "kubernetes.podspec-securitycontext",
                    "runAsGroup", "kubernetes.podspec-securitycontext",
                    "runAsNonRoot", "kubernetes.podspec-securitycontext",
                    "fsGroup", "kubernetes.podspec-securitycontext",
                    "fsGroupChangePolicy", "kubernetes.podspec-securitycontext",
                    "supplementalGroups", "kubernetes.podspec-securitycontext",
                    "seccompProfile", "kubernetes.podspec-securitycontext"));
    static final FieldMask PORT = always("containerPort", "name", "protocol");
    static final FieldMask ENV = always("name", "value", "valueFrom");
    static final FieldMask ENV_SOURCE = new FieldMask(
            Set.of("configMapKeyRef", "secretKeyRef"),
            Map.of(
                    "fieldRef", "kubernetes.podspec-fieldref",
                    "resourceFieldRef", "kubernetes.podspec-fieldref"));
    static final FieldMask ENV_FROM = always("prefix", "configMapRef", "secretRef");
    static final FieldMask RESOURCES = always("limits", "requests");
    static final FieldMask MOUNT =
            new FieldMask(Set.of("name", "mountPath", "subPath", "readOnly", "mountPropagation"), Map.of());
    static final FieldMask VOLUME = new FieldMask(
            Set.of("name", "secret", "configMap", "projected", "emptyDir", "persistentVolumeClaim"),
            Map.of(
                    "hostPath", "kubernetes.podspec-volumes-hostpath",
                    "csi", "kubernetes.podspec-volumes-csi",
                    "image", "kubernetes.podspec-volumes-image",
                    "ephemeral", "kubernetes.podspec-volumes-ephemeral"));
    static final FieldMask PROBE = always(
            "exec",
            "grpc",
            "httpGet",
            "tcpSocket",
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold");
    static final FieldMask NOTHING = always();

    FieldMask {
        allowed = Set.copyOf(allowed);
        gated = Map.copyOf(gated);
    }

    /** The fields that are set although they must not be. */
    FieldErrors check(ObjectNode object, Features features) {
        var forbidden = object.properties().stream()
                .filter(field -> !Json.zero(field.getValue()))
                .map(Map.Entry::getKey)
                .filter(name -> !allowed.contains(name))
                .filter(name -> !gated.containsKey(name) || features.disabled(gated.get(name)))
                .toArray(String[]::new);
        return forbidden.length == 0 ? FieldErrors.none() : FieldErrors.disallowed(forbidden);
    }

    private static FieldMask always(String... fields) {
        return new FieldMask(Set.of(fields), Map.of());
    }
}
