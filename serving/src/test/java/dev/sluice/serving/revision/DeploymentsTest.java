package dev.sluice.serving.revision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.api.serving.Revision;
import dev.sluice.api.serving.ServingLabels;
import dev.sluice.api.serving.config.ServingSettings;
import dev.sluice.serving.ServingConfig;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeploymentsTest {
    private static final ServingConfig CONFIG =
            ServingConfig.local("localhost", 8080, "127.0.0.1", 8080).withDrainHook("10.0.0.1:8090");
    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    private static Revision revision(Map<String, String> annotations, String containers) {
        var revision = JSON.unmarshal("""
                apiVersion: serving.knative.dev/v1
                kind: Revision
                metadata: {name: app-00001, namespace: ns, uid: u}
                spec: {containers: %s}
                """.formatted(containers), Revision.class);
        revision.getMetadata().setLabels(Map.of(ServingLabels.CONFIGURATION, "conf", ServingLabels.SERVICE, "app"));
        revision.getMetadata().setAnnotations(annotations);
        return revision;
    }

    private static Deployment deployment(Map<String, String> annotations, String containers) {
        return new Deployments(CONFIG, () -> ServingSettings.of(CONFIG.place()), JSON::asJson)
                .of(revision(annotations, containers), List.of(), List.of(), 1);
    }

    @Test
    void aRevisionThatNamesNoRuntimeClassHasThatOfItsLabels() {
        var settings = ServingSettings.of(CONFIG.place())
                .with(
                        ServingSettings.DEPLOYMENT,
                        Map.of("runtime-class-name", "gvisor: {selector: {" + ServingLabels.SERVICE + ": app}}"));
        var deployments = new Deployments(CONFIG, () -> settings, JSON::asJson);
        var revision = revision(Map.of(), "[{image: i}]");
        assertThat(runtimeClass(deployments, revision)).isEqualTo("gvisor");
        Objects.requireNonNull(revision.getSpec().podSpec()).setRuntimeClassName("own");
        assertThat(runtimeClass(deployments, revision)).isEqualTo("own");
        assertThat(deployment(Map.of(), "[{image: i}]")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getRuntimeClassName())
                .isNull();
    }

    private static String runtimeClass(Deployments deployments, Revision revision) {
        return deployments
                .of(revision, List.of(), List.of(), 1)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getRuntimeClassName();
    }

    private static List<Container> containers(String containers) {
        return deployment(Map.of(), containers)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers();
    }

    private static UserContainer user(String containers) {
        return UserContainer.of(revision(Map.of(), containers).getSpec().podSpec());
    }

    /** The port is called user-port in the pod: a probe with its name would find none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [{name: http1, containerPort: 9000}] | http1
                    [{name: h2c, containerPort: 9000}]   | h2c
                    [{containerPort: 9000}]              | http
                    [{containerPort: 9000}]              | ''
                    [{containerPort: 9000}]              | 0
                    """)
    void aProbeOfTheNamedPortAsksItsNumber(String ports, String port) {
        var probe = "{httpGet: {port: " + (port.isEmpty() ? "''" : port) + "}}";
        var container = containers("[{image: i, ports: %s, readinessProbe: %s, livenessProbe: %s, startupProbe: %s}]"
                        .formatted(ports, probe, probe, probe))
                .getFirst();
        assertThat(List.of(container.getReadinessProbe(), container.getLivenessProbe(), container.getStartupProbe()))
                .extracting((Probe p) -> p.getHttpGet().getPort())
                .containsOnly(new IntOrString(9000));
    }

    @Test
    void aProbeOfAnotherPortStaysThere() {
        var container = containers("[{image: i, livenessProbe: {tcpSocket: {port: 7000}}}]")
                .getFirst();
        assertThat(container.getLivenessProbe().getTcpSocket().getPort()).isEqualTo(new IntOrString(7000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{name: h2c}", "{name: h2c, containerPort: 0}", "{name: h2c, containerPort: 8080}"})
    void aPortMayComeWithoutItsNumber(String port) {
        var containers = "[{name: beside, image: i}, {name: serves, image: i, ports: [" + port + "]}]";
        var user = user(containers);
        assertThat(user.container().getName()).isEqualTo("serves");
        assertThat(user.h2c()).isTrue();
        assertThat(user.port()).isEqualTo(8080);
        assertThat(containers(containers).getLast().getPorts())
                .extracting("name", "containerPort")
                .containsExactly(tuple("user-port", 8080));
    }

    @ParameterizedTest
    @CsvSource({
        "autoscaling.knative.dev/min-scale, false",
        "autoscaling.knative.dev/minScale, false",
        "serving.knative.dev/no-gc, false",
        "serving.knative.dev/routes, false",
        "serving.sluice.dev/build-hash, false",
        "serving.sluice.dev/retry, true",
        "example.com/own, true"
    })
    void onlyWhatConcernsPodsMakesThemAnew(String annotation, boolean anew) {
        var before = deployment(Map.of(), "[{image: i}]");
        var after = deployment(Map.of(annotation, "1"), "[{image: i}]");
        assertThat(after.getMetadata().getLabels().equals(before.getMetadata().getLabels()))
                .isEqualTo(!anew);
        assertThat(after.getSpec().getTemplate().equals(before.getSpec().getTemplate()))
                .isEqualTo(!anew);
    }

    @Test
    void everyContainerKnowsWhoseItIsAndOnlyOneHasThePort() {
        var env = new HashMap<String, Map<String, String>>();
        for (var container : containers("[{name: beside, image: i}, {name: serves, image: i, ports: [{}]}]")) {
            var variables = new HashMap<String, String>();
            for (EnvVar variable : container.getEnv()) {
                variables.put(variable.getName(), variable.getValue());
            }
            env.put(container.getName(), variables);
        }
        assertThat(env)
                .containsEntry(
                        "beside", Map.of("K_SERVICE", "app", "K_CONFIGURATION", "conf", "K_REVISION", "app-00001"))
                .containsEntry(
                        "serves",
                        Map.of(
                                "K_SERVICE",
                                "app",
                                "K_CONFIGURATION",
                                "conf",
                                "K_REVISION",
                                "app-00001",
                                "PORT",
                                "8080"));
    }

    @Test
    void everyContainerStaysUntilThePodHasDrained() {
        assertThat(containers("[{name: beside, image: i}, {name: serves, image: i, ports: [{}]}]"))
                .extracting(c -> c.getLifecycle().getPreStop().getHttpGet().getPath())
                .containsExactly("/drain/ns/app-00001/beside", "/drain/ns/app-00001/serves");
    }

    @ParameterizedTest
    @CsvSource({"File, File", "'', FallbackToLogsOnError", ", FallbackToLogsOnError"})
    void whereTheTerminationMessageComesFromMayBeChosen(String asked, String got) {
        var policy = asked == null ? "" : ", terminationMessagePolicy: '" + asked + "'";
        assertThat(containers("[{image: i" + policy + "}]").getFirst().getTerminationMessagePolicy())
                .isEqualTo(got);
    }

    @Test
    void toolsAreToldWhichContainerServes() {
        var template = deployment(Map.of(), "[{name: beside, image: i}, {name: serves, image: i, ports: [{}]}]")
                .getSpec()
                .getTemplate();
        assertThat(template.getMetadata().getAnnotations())
                .isEqualTo(Map.of("kubectl.kubernetes.io/default-container", "serves"));
    }
}
