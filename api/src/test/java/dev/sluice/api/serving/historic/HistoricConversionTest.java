package dev.sluice.api.serving.historic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.serving.BuildAnnotation;
import dev.sluice.api.serving.HistoricForm;
import dev.sluice.api.serving.KnativeService;
import dev.sluice.api.serving.admission.Admit;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HistoricConversionTest {
    private static final String TEMPLATE = "{spec: {container: {image: example.com/app}}}";

    @Test
    void runLatestIsTheTemplateAndAllTrafficToTheLatest() {
        var v1 = up("Service", "{runLatest: {configuration: {revisionTemplate: " + TEMPLATE + "}}}");

        assertThat(v1).isEqualTo(service("v1", """
                template:
                  spec:
                    containers:
                    - image: example.com/app
                traffic:
                - latestRevision: true
                  percent: 100
                """));
    }

    @Test
    void pinnedIsTheRevisionByName() {
        var v1 = up(
                "Service", "{pinned: {revisionName: app-00013, configuration: {revisionTemplate: " + TEMPLATE + "}}}");

        assertThat(v1.path("spec").path("traffic"))
                .isEqualTo(list("[{revisionName: app-00013, latestRevision: false, percent: 100}]"));
    }

    @Test
    void releaseIsThreeTags() {
        var v1 = up("Service", """
                {release: {revisions: [app-00012, "@latest"], rolloutPercent: 10,
                           configuration: {revisionTemplate: {spec: {container: {image: a/b}}}}}}
                """);

        assertThat(v1.path("spec").path("traffic")).isEqualTo(list("""
                - {tag: current, revisionName: app-00012, latestRevision: false, percent: 90}
                - {tag: candidate, latestRevision: true, percent: 10}
                - {tag: latest, latestRevision: true, percent: 0}
                """));
    }

    @Test
    void releaseOfOneRevisionHasNoCandidate() {
        var v1 = up("Service", "{release: {revisions: [r1], configuration: {revisionTemplate: " + TEMPLATE + "}}}");

        assertThat(v1.path("spec").path("traffic")).isEqualTo(list("""
                - {tag: current, revisionName: r1, latestRevision: false, percent: 100}
                - {tag: latest, latestRevision: true, percent: 0}
                """));
    }

    @Test
    void manualIsNothingToDoForTheReconciler() {
        var v1 = up("Service", "{manual: {}}");

        assertThat(v1.path("spec").isEmpty()).isTrue();
        assertThat(HistoricForm.isManual(typed(v1))).isTrue();
        assertThat(HistoricForm.isManual(typed(service("v1", "{}")))).isFalse();
    }

    @Test
    void anEditInV1EndsTheHistoricForm() {
        var v1 = up("Service", "{manual: {}}");
        v1.set("spec", Admit.json("{template: {spec: {containers: [{image: a/b}]}}}"));

        assertThat(HistoricForm.isManual(typed(v1))).isFalse();
        assertThat(convert("Service", v1, "v1alpha1").path("spec").has("manual"))
                .isFalse();
    }

    @Test
    void theReconcilersViewOfAFormSurvivesTheTypes() {
        var v1 = up(
                "Service",
                "{pinned: {revisionName: r, configuration: {revisionTemplate: {spec: {timeoutSeconds: 5, container: "
                        + "{image: a/b, resources: {limits: {cpu: 1}}, readinessProbe: {tcpSocket: {}}}}}}}}");
        var spec = Admit.json(new KubernetesSerialization().asJson(typed(v1))).path("spec");

        assertThat(HistoricForm.hash(spec)).isEqualTo(HistoricForm.hash(v1.path("spec")));
    }

    @Test
    void aBuildGoesWithTheAnnotationsThatTheConfigurationGets() {
        var bare = up("Service", """
                {runLatest: {configuration: {build: {source: {git: {url: "https://x/y", revision: main}}},
                             revisionTemplate: {spec: {container: {image: a/b}}}}}}
                """);
        var whole = up("Configuration", """
                {build: {apiVersion: build.knative.dev/v1alpha1, kind: Build, spec: {source: {custom: {image: i}}}},
                 revisionTemplate: {spec: {container: {image: a/b}}}}
                """);

        assertThat(BuildAnnotation.of(typed(bare).getMetadata()).orElseThrow().object())
                .isEqualTo(Admit.json("""
                        apiVersion: build.knative.dev/v1alpha1
                        kind: Build
                        spec: {source: {git: {url: "https://x/y", revision: main}}}
                        """));
        assertThat(BuildAnnotation.of(typed(whole).getMetadata()).orElseThrow().hash())
                .hasSize(63);
        assertThat(bare.path("spec").path("template").path("spec").path("containers"))
                .isNotEmpty();
    }

    /** A generation counts specs, and a Revision is made for each. */
    @Test
    void anotherBuildIsAnotherTemplate() {
        var written = """
                {build: {source: {custom: {image: "%s"}}}, revisionTemplate: {spec: {container: {image: a/b}}}}
                """;
        var one = up("Configuration", written.formatted("i"));
        var other = up("Configuration", written.formatted("j"));

        assertThat(one.path("spec"))
                .isNotEqualTo(other.path("spec"))
                .isEqualTo(up("Configuration", written.formatted("i")).path("spec"));
        assertThat(new HistoricConversion("Configuration")
                        .convert(one, "v1alpha1")
                        .path("spec"))
                .isEqualTo(Admit.json(written.formatted("i")));
    }

    @Test
    void aBuildThatV1WroteIsNoChangeOfTheTemplate() {
        var stored = service(
                "v1",
                "{template: {spec: {containers: [{image: a/b}]}}, traffic: [{latestRevision: true,"
                        + " percent: 100}]}");
        var annotations = stored.withObject("/metadata").putObject("annotations");
        annotations.put(BuildAnnotation.KEY, "{\"source\":{\"custom\":{\"image\":\"i\"}}}");

        var read = convert("Service", stored, "v1alpha1");
        assertThat(convert("Service", read, "v1")).isEqualTo(stored);

        var edited = read.deepCopy();
        ((ObjectNode) edited.at("/spec/runLatest/configuration/build/source/custom")).put("image", "j");
        assertThat(convert("Service", edited, "v1").at("/spec/template/metadata/annotations"))
                .isEqualTo(Admit.json("{" + BuildAnnotation.TEMPLATE_HASH + ": "
                        + BuildAnnotation.hash((ObjectNode) edited.at("/spec/runLatest/configuration/build")) + "}"));
    }

    @Test
    void singleConcurrencyIsOneRequestAtATime() {
        var v1 = up("Revision", "{concurrencyModel: Single, container: {image: a/b}}");

        assertThat(v1.path("spec")).isEqualTo(Admit.json("{containerConcurrency: 1, containers: [{image: a/b}]}"));
    }

    @Test
    void statusHasTheFieldsOf2018() {
        var v1 = service("v1", "{traffic: []}");
        v1.set("status", Admit.json("""
                url: http://s.default.example.com:8080
                address: {url: http://s.default.svc.cluster.local}
                traffic: [{tag: current, revisionName: r, percent: 100}]
                """));

        assertThat(convert("Service", v1, "v1alpha1").path("status")).isEqualTo(Admit.json("""
                domain: s.default.example.com
                domainInternal: s.default.svc.cluster.local
                url: http://s.default.example.com:8080
                address: {url: http://s.default.svc.cluster.local, hostname: s.default.svc.cluster.local}
                traffic: [{tag: current, name: current, revisionName: r, percent: 100}]
                """));
        assertThat(convert("Service", convert("Service", v1, "v1alpha1"), "v1").path("status"))
                .isEqualTo(v1.path("status"));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void upAndDownGivesBackWhatWasWritten(long seed) {
        var random = new Random(seed);
        for (var kind : List.of("Service", "Configuration", "Revision", "Route")) {
            var written = object(kind, "v1alpha1", new Historic(random).spec(kind));

            var v1 = convert(kind, written, "v1");

            assertThat(convert(kind, v1, "v1alpha1")).isEqualTo(written);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void downAndUpGivesBackWhatWasStored(long seed) {
        var random = new Random(seed);
        for (var kind : List.of("Service", "Configuration", "Revision", "Route")) {
            var historic = new Historic(random);
            var fromV1 = object(kind, "v1", historic.today(kind));
            var from2018 = convert(kind, object(kind, "v1alpha1", historic.spec(kind)), "v1");

            for (var stored : List.of(fromV1, from2018)) {
                assertThat(convert(kind, convert(kind, stored, "v1alpha1"), "v1"))
                        .isEqualTo(stored);
            }
        }
    }

    static LongStream seeds() {
        return new Random(2018).longs(100);
    }

    private static ObjectNode up(String kind, String spec) {
        return convert(kind, object(kind, "v1alpha1", Admit.json(spec)), "v1");
    }

    /** Through text, as the API server sends it. */
    private static ObjectNode convert(String kind, ObjectNode object, String version) {
        return Admit.json(new HistoricConversion(kind).convert(object, version).toString());
    }

    private static ObjectNode service(String version, String spec) {
        return object("Service", version, Admit.json(spec));
    }

    private static ObjectNode object(String kind, String version, ObjectNode spec) {
        var object = Admit.json("{kind: " + kind + ", metadata: {name: app}}");
        object.put("apiVersion", "serving.knative.dev/" + version);
        object.set("spec", spec);
        return Admit.json(object.toString());
    }

    private static JsonNode list(String yaml) {
        return Admit.json("list:\n" + yaml.indent(2)).path("list");
    }

    private static KnativeService typed(ObjectNode object) {
        return new KubernetesSerialization().unmarshal(object.toString(), KnativeService.class);
    }
}
