package dev.sluice.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code kubectl get} shows of builds: the columns of Knative Build, from the files that are installed. */
class BuildColumnsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "builds|Succeeded string .status.conditions[?(@.type==\"Succeeded\")].status;"
                        + "Reason string .status.conditions[?(@.type==\"Succeeded\")].reason;"
                        + "StartTime date .status.startTime;CompletionTime date .status.completionTime",
                "buildtemplates|Age date .metadata.creationTimestamp",
                "clusterbuildtemplates|Age date .metadata.creationTimestamp"
            })
    void areThoseOfKnativeBuild(String plural, String columns) throws IOException {
        assertThat(definition(plural).getSpec().getVersions().getFirst().getAdditionalPrinterColumns())
                .extracting(column -> column.getName() + " " + column.getType() + " " + column.getJsonPath())
                .containsExactly(columns.split(";"));
    }

    @ParameterizedTest
    @CsvSource({"builds, Namespaced", "buildtemplates, Namespaced", "clusterbuildtemplates, Cluster"})
    void areAmongWhatIsInstalledFirst(String plural, String scope) throws IOException {
        var definition = definition(plural);

        assertThat(definition.getSpec().getScope()).isEqualTo(scope);
        assertThat(definition.getMetadata().getLabels()).containsEntry("knative.dev/crd-install", "true");
        assertThat(definition.getSpec().getNames().getCategories()).contains("all", "knative");
    }

    private static CustomResourceDefinition definition(String plural) throws IOException {
        return Serialization.unmarshal(
                Files.readString(Path.of("..", "deploy", "crds", plural + ".build.knative.dev.yaml")),
                CustomResourceDefinition.class);
    }
}
