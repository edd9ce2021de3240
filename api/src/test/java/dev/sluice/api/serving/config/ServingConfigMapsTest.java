package dev.sluice.api.serving.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.serving.admission.Features;
import dev.sluice.api.serving.admission.ServingDefaults;
import dev.sluice.model.autoscale.ScalingDefaults;
import dev.sluice.model.dataplane.TracingSettings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServingConfigMapsTest {
    private static final ServingSettings HERE =
            ServingSettings.of(new ServingSettings.Place("localhost", "cluster.local", Duration.ZERO));

    /** What is installed: a name, and an example that says what holds when nothing is set. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "config-autoscaler",
                "config-defaults",
                "config-deployment",
                "config-domain",
                "config-features",
                "config-gc",
                "config-network",
                "config-certmanager",
                "config-leader-election",
                "config-logging",
                "config-observability",
                "config-tracing"
            })
    void whatTheExampleOfAnInstalledMapSaysIsTheDefault(String name) throws IOException {
        try (var in = ServingSettings.class.getResourceAsStream("/config/" + name + ".yaml")) {
            var map = Serialization.unmarshal(in, ConfigMap.class);
            Map<String, String> example = new TreeMap<>();
            Map<?, ?> said = Serialization.unmarshal(map.getData().get("_example"), Map.class);
            said.forEach((key, value) -> example.put(String.valueOf(key), String.valueOf(value)));

            assertThat(map.getMetadata().getName()).isEqualTo(name);
            assertThat(map.getMetadata().getLabels()).containsAllEntriesOf(ConfigMapAdmission.LABELS);
            assertThat(ServingConfigMaps.refusal(name, example, Map.of())).isEmpty();
            var unset = HERE.with(name, Map.of());
            example.remove("scale-to-zero-grace-period"); // the place's own
            if (name.equals("config-domain")) {
                assertThat(HERE.with(name, example).domain().domain(Map.of("app", "inner")))
                        .isEqualTo("svc.cluster.local");
            } else if (name.equals("config-features")) {
                var changed = HERE.with(name, example);
                example.keySet()
                        .forEach(flag -> assertThat(changed.features().value(flag))
                                .as(flag)
                                .isEqualTo(unset.features().value(flag)));
            } else {
                assertThat(HERE.with(name, example)).isEqualTo(unset);
            }
        }
    }

    @Test
    void aMapThatGoesLeavesWhatThePlaceHas() {
        var mapped = HERE.with("config-domain", Map.of("example.com", ""))
                .with("config-autoscaler", Map.of("scale-to-zero-grace-period", "40s"));

        assertThat(mapped.domain().domain(Map.of())).isEqualTo("example.com");
        assertThat(mapped.scaling().scaleToZeroGrace()).hasSeconds(40);
        assertThat(mapped.without("config-domain").without("config-autoscaler")).isEqualTo(HERE);
    }

    @Test
    void emptyMapsMeanUpstreamsDefaults() {
        assertThat(AutoscalerConfig.parse(Map.of()).scaling()).isEqualTo(ScalingDefaults.knative());
        assertThat(DefaultsConfig.parse(Map.of())).isEqualTo(ServingDefaults.upstream());
        assertThat(Features.parse(Map.of())).isEqualTo(Features.upstream());
        assertThat(GcConfig.parse(Map.of()).retainSinceCreateTime()).contains(Duration.ofDays(2));
        assertThat(GcConfig.parse(Map.of()).retainSinceLastActiveTime()).contains(Duration.ofHours(15));
        assertThat(GcConfig.parse(Map.of()).minNonActiveRevisions()).isEqualTo(20);
        assertThat(GcConfig.parse(Map.of()).maxNonActiveRevisions()).hasValue(1000);
        assertThat(DeploymentConfig.parse(Map.of()).progressDeadline()).hasMinutes(10);
        assertThat(NetworkConfig.parse(Map.of()).rolloutDuration()).isZero();
        assertThat(DomainConfig.parse(Map.of(), "cluster.local").domain(Map.of()))
                .isEqualTo("svc.cluster.local");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "config-autoscaler | max-scale-up-rate | 1.0 | max-scale-up-rate = 1, must be greater than 1.0",
                "config-autoscaler | max-scale-down-rate | x | failed to parse data: failed to parse \"max-scale-down-rate\": strconv.ParseFloat: parsing \"x\": invalid syntax",
                "config-autoscaler | enable-scale-to-zero | yes | failed to parse data: failed to parse \"enable-scale-to-zero\": strconv.ParseBool: parsing \"yes\": invalid syntax",
                "config-autoscaler | stable-window | 5s | stable-window = 5s, must be in [6s; 1h0m0s] range",
                "config-autoscaler | stable-window | 6.5s | stable-window = 6.5s, must be specified with at most second precision",
                "config-autoscaler | stable-window | soon | failed to parse data: failed to parse \"stable-window\": time: invalid duration \"soon\"",
                "config-autoscaler | scale-to-zero-grace-period | 0s | scale-to-zero-grace-period must be positive, was: 0s",
                "config-autoscaler | scale-down-delay | -1s | scale-down-delay cannot be negative, was: -1s",
                "config-autoscaler | target-burst-capacity | -1 | -",
                "config-autoscaler | target-burst-capacity | -2 | target-burst-capacity must be either non-negative or -1 (for unlimited), was: -2.000000",
                "config-autoscaler | container-concurrency-target-percentage | 70 | -",
                "config-autoscaler | container-concurrency-target-percentage | 101 | container-concurrency-target-percentage = 1.010000 is outside of valid range of (0, 100]",
                "config-autoscaler | container-concurrency-target-default | 0.001 | container-concurrency-target-percentage and container-concurrency-target-default yield target concurrency of 7.0E-4, can't be less than 0.01",
                "config-autoscaler | requests-per-second-target-default | 0 | requests-per-second-target-default must be at least 0.01, was: 0",
                "config-autoscaler | activator-capacity | 0.5 | activator-capacity = 0.5, must be at least 1",
                "config-autoscaler | panic-window-percentage | 0.5 | panic-window-percentage = 0.5, must be in [1, 100] interval",
                "config-autoscaler | initial-scale | 0 | initial-scale = 0, must be at least 0 (or at least 1 when allow-zero-initial-scale is false)",
                "config-autoscaler | max-scale-limit | 5 | max-scale = 0, must be in [1, max-scale-limit(5)] range",
                "config-defaults | revision-timeout-seconds | 601 | revision-timeout-seconds (601) cannot be greater than max-revision-timeout-seconds (600)",
                "config-defaults | revision-response-start-timeout-seconds | 301 | revision-response-start-timeout-seconds (301) cannot be greater than revision-timeout-seconds (300)",
                "config-defaults | container-concurrency | 1001 | expected 0 <= 1001 <= 1000: container-concurrency",
                "config-defaults | container-concurrency-max-limit | 0 | expected 1 <= 0 <= 2147483647: container-concurrency-max-limit",
                "config-defaults | revision-cpu-request | lots | failed to parse \"revision-cpu-request\": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                "config-defaults | revision-memory-limit | 200Mi | -",
                "config-defaults | container-name-template | '{{.Name}}' | -",
                "config-defaults | container-name-template | '{{.Kind}}' | error executing template: container-name-template may have {{.Name}} and {{.Namespace}}, was: {{.Kind}}",
                "config-domain | example.com | bad | failed to parse \"example.com\": wants YAML with a selector of labels, or nothing",
                "config-gc | retain-since-create-time | disabled | -",
                "config-gc | min-non-active-revisions | -1 | min-non-active-revisions must be non-negative, was: -1",
                "config-gc | max-non-active-revisions | 3 | min-non-active-revisions(20) must be <= max-non-active-revisions(3)",
                "config-gc | retain-since-create-time | long | failed to parse \"retain-since-create-time\": time: invalid duration \"long\"",
                "config-network | rollout-duration | -5 | rollout-duration must be a positive integer, but was -5",
                "config-network | http-protocol | gopher | httpProtocol gopher in config-network ConfigMap is not supported",
                "config-network | domain-template | {{.Name}}-{{index .Annotations \"sub\"}}.{{.Domain}} | -",
                "config-network | domain-template | {{.Nam}}.{{.Domain}} | template: domain-template: can't evaluate field Nam",
                "config-network | tag-template | {{if .Tag}}x{{end}} | template: tag-template: only fields and index are supported, was: {{if .Tag}}x{{end}}",
                "config-deployment | progress-deadline | 0s | progress-deadline cannot be a non-positive duration, was 0s",
                "config-deployment | progressDeadline | 1.5s | progress-deadline must be rounded to a whole second, was: 1.5s",
                "config-deployment | digest-resolution-timeout | -1s | digest-resolution-timeout cannot be a non-positive duration, was -1s",
                "config-domain | example.com | '' | -",
                "config-network | external-domain-tls | Enabled | external-domain-tls with value Enabled in config-network ConfigMap is not supported",
                "config-network | auto-tls | disabled | -",
                "config-features | kubernetes.podspec-affinity | Enabled | -",
                "config-features | autodetect-http2 | Enabled | autodetect-http2 with value Enabled in config-features ConfigMap is not supported",
                "config-features | queueproxy.mount-podinfo | disabled | -",
                "config-network | mesh-compatibility-mode | enabled | mesh-compatibility-mode with value enabled in config-network ConfigMap is not supported",
                "config-network | namespace-wildcard-cert-selector | 'matchLabels: {a: b}' | namespace-wildcard-cert-selector with value matchLabels: {a: b} in config-network ConfigMap is not supported",
                "config-deployment | runtime-class-name | 'gvisor: {}' | -",
                "config-deployment | runtime-class-name | 'gvisor: {selector: x}' | runtime-class-name cannot be parsed, please check the format: wants names of classes, each with a selector of labels",
                "config-deployment | runtime-class-name | gvisor | runtime-class-name cannot be parsed, please check the format: wants names of classes, each with a selector of labels",
                "config-observability | metrics-protocol | prometheus | -",
                "config-observability | metrics-protocol | grpc | metrics-protocol with value grpc in config-observability ConfigMap is not supported",
                "config-observability | tracing-protocol | http/protobuf | endpoint should be set for protocol \"http/protobuf\"",
                "config-observability | tracing-protocol | none | -",
                "config-observability | tracing-protocol | grpc | tracing-protocol with value grpc in config-observability ConfigMap is not supported",
                "config-observability | tracing-endpoint | http://c:4318 | endpoint should not be set when protocol is 'none'",
                "config-observability | tracing-sampling-rate | 1.5 | sampling rate 1.500000 should be less than or equal to one",
                "config-observability | tracing-sampling-rate | -1 | sampling rate -1.000000 should be greater or equal to zero",
                "config-observability | tracing-sampling-rate | x | failed to parse \"tracing-sampling-rate\": strconv.ParseFloat: parsing \"x\": invalid syntax",
                "config-observability | logging.enable-request-log | true | logging.enable-request-log with value true in config-observability ConfigMap is not supported",
                "config-observability | logging.enable-request-log | maybe | failed to parse \"logging.enable-request-log\": strconv.ParseBool: parsing \"maybe\": invalid syntax",
                "config-leader-election | lease-duration | soon | failed to parse \"lease-duration\": time: invalid duration \"soon\"",
                "config-leader-election | buckets | 11 | buckets = 11, must be in [1, 10] interval",
                "config-logging | loglevel.controller | debug | -",
                "config-logging | loglevel.controller | loud | failed to parse \"loglevel.controller\": unrecognized level: \"loud\"",
                "config-logging | zap-logger-config | '[]' | failed to parse \"zap-logger-config\": it is no JSON object",
                "config-other | anything | goes | -",
            })
    void refusesAsUpstreamDoes(String name, String key, String value, String refusal) {
        assertThat(ServingConfigMaps.refusal(name, Map.of(key, value), Map.of()))
                .isEqualTo(Optional.ofNullable(refusal));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "config-deployment, queue-sidecar-image, queue-sidecar-image in config-deployment has no effect: there is no sidecar",
        "config-autoscaler, stable-windov, stable-windov in config-autoscaler has no effect: it is not known",
        "config-logging, loglevel.webhook, loglevel.webhook in config-logging has no effect: Sluice logs as it is started to",
        "config-tracing, backend, backend in config-tracing has no effect: config-tracing is deprecated; see tracing-protocol in config-observability",
        "config-autoscaler, stable-window, ",
        "config-autoscaler, _example, ",
        "config-domain, example.com, ",
        "config-features, kubernetes.podspec-affinity, ",
        "config-network, http-protocol, ",
        "config-other, anything, "
    })
    void whatHasNoEffectIsSaid(String name, String key, String said) {
        assertThat(ServingConfigMaps.withoutEffect(name, Map.of(key, "x")))
                .isEqualTo(Stream.ofNullable(said).toList());
    }

    @Test
    void aRouteHasNoCertificateToBeRedirectedTo() {
        assertThat(ServingConfigMaps.withoutEffect("config-network", Map.of("http-protocol", "Redirected")))
                .containsExactly(
                        "http-protocol in config-network has no effect on Routes: certificates are not obtained;"
                                + " DomainMappings with one redirect");
        assertThat(ServingConfigMaps.withoutEffect("config-network", Map.of("http-protocol", "Enabled")))
                .isEmpty();
    }

    @Test
    void theRuntimeClassThatSaysMostAboutARevisionIsIts() {
        var classes = DeploymentConfig.parse(Map.of("runtime-class-name", """
                        runc: {}
                        gvisor: {selector: {trusted: "no"}}
                        kata: {selector: {trusted: "no", heavy: "yes"}}
                        """)).runtimeClasses();
        assertThat(classes.of(Map.of())).contains("runc");
        assertThat(classes.of(Map.of("trusted", "no"))).contains("gvisor");
        assertThat(classes.of(Map.of("trusted", "no", "heavy", "yes"))).contains("kata");
        assertThat(DeploymentConfig.parse(Map.of()).runtimeClasses().of(Map.of()))
                .isEmpty();
    }

    @Test
    void thePageHasEveryKey() throws IOException {
        var page = Files.readString(Path.of("..", "docs", "configuration.md"));
        for (var name : ServingConfigMaps.NAMES) {
            assertThat(page).contains(name);
            KnownKeys.of(name).keySet().stream()
                    .filter(key -> !key.matches(".*[A-Z].*|.*[.]class") || key.endsWith("Ref")) // older spellings
                    .forEach(key -> assertThat(page).contains("`" + key + "`"));
        }
    }

    @Test
    void theExampleIsNotForEditing() {
        var example = "  # the values that hold when nothing is set\n  stable-window: 60s\n";
        var checksum = Map.of(ServingConfigMaps.CHECKSUM, ServingConfigMaps.checksum(example));

        assertThat(ServingConfigMaps.refusal("config-autoscaler", Map.of("_example", example), checksum))
                .isEmpty();
        assertThat(ServingConfigMaps.refusal(
                        "config-autoscaler", Map.of("_example", example.replace("60", "30")), checksum))
                .hasValueSatisfying(text -> assertThat(text).startsWith("the update modifies a key in \"_example\""));
    }

    @Test
    void theChecksumLeavesLineEndsAside() {
        assertThat(ServingConfigMaps.checksum("\n a\r\n\nb \n"))
                .isEqualTo(ServingConfigMaps.checksum("a\nb"))
                .isEqualTo("9fbadef3");
    }

    @Test
    void theDomainWhoseSelectorSaysMostIsTaken() {
        var domains = DomainConfig.parse(
                Map.of(
                        "example.org", "selector:\n  app: prod\n",
                        "b.example.org", "selector:\n  app: prod\n  team: blue\n",
                        "a.example.org", "selector:\n  app: prod\n  team: blue\n",
                        "default.example.org", "",
                        "_example", "anything: ["),
                "cluster.local");

        assertThat(domains.domain(Map.of())).isEqualTo("default.example.org");
        assertThat(domains.domain(Map.of("app", "prod"))).isEqualTo("example.org");
        assertThat(domains.domain(Map.of("app", "prod", "team", "blue"))).isEqualTo("a.example.org");
        assertThat(domains.domain(Map.of("networking.knative.dev/visibility", "cluster-local")))
                .isEqualTo("svc.cluster.local");
    }

    @Test
    void newSpellingsWinOverOldOnes() {
        var config = NetworkConfig.parse(
                Map.of("rolloutDuration", "5", "rollout-duration", "380", "httpProtocol", "Redirected"));

        assertThat(config.rolloutDuration()).hasSeconds(380);
        assertThat(config.redirectHttp()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://c:4318, http://c:4318/v1/traces",
        "https://c, https://c/v1/traces",
        "http://c:9411/otlp?k=v, http://c:9411/otlp?k=v",
        "c:4318, ",
        "grpc://c:4317, ",
        "http://, "
    })
    void spansGoWhereTheUrlSays(String endpoint, @Nullable String url) {
        var map = Map.of(
                "tracing-protocol", "http/protobuf", "tracing-endpoint", endpoint, "tracing-sampling-rate", "0.25");

        assertThat(ServingConfigMaps.refusal("config-observability", map, Map.of()))
                .isEqualTo(
                        url == null
                                ? Optional.of("tracing-endpoint must be a URL of http or https, was: " + endpoint)
                                : Optional.empty());
        if (url != null) {
            var said = HERE.with("config-observability", map);
            assertThat(said.tracing()).isEqualTo(new TracingSettings(url, 0.25));
            assertThat(said.with("config-observability", Map.of("tracing-protocol", "none"))
                            .tracing())
                    .isEqualTo(TracingSettings.off());
            assertThat(said.without("config-observability").tracing()).isNull();
        }
    }

    @Test
    void theLogsOfARevisionAreWhereTheTemplateSays() {
        assertThat(HERE.logUrl("u")).isEmpty();
        assertThat(HERE.with(
                                "config-observability",
                                Map.of("logging.revision-url-template", "http://logs/?uid=${REVISION_UID}&all"))
                        .logUrl("u"))
                .contains("http://logs/?uid=u&all");
    }

    @Test
    void templatesNameHosts() {
        var template = NetworkConfig.parse(
                        Map.of("domain-template", "{{.Name}}-{{ index .Labels \"team\" }}.{{.Namespace}}.{{.Domain}}"))
                .domainTemplate();

        assertThat(template.expand(
                        Map.of("Name", "app", "Namespace", "ns", "Domain", "example.com"),
                        Map.of("team", "blue"),
                        Map.of()))
                .contains("app-blue.ns.example.com");
    }

    @Test
    void admissionFollowsTheMaps() {
        var config = HERE.with(
                        "config-defaults",
                        Map.of("max-revision-timeout-seconds", "1200", "enable-service-links", "default"))
                .with("config-features", Map.of("multi-container", "disabled", "unknown", "perhaps"))
                .with(
                        "config-autoscaler",
                        Map.of("max-scale-limit", "7", "max-scale", "3", "allow-zero-initial-scale", "true"))
                .admission();

        assertThat(config.defaults().maxRevisionTimeoutSeconds()).isEqualTo(1200);
        assertThat(config.defaults().enableServiceLinks()).isEmpty();
        assertThat(config.features().flags()).containsExactly(Map.entry("multi-container", "disabled"));
        assertThat(config.maxScaleLimit()).isEqualTo(7);
        assertThat(config.allowZeroInitialScale()).isTrue();
    }
}
