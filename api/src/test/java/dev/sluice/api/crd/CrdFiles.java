package dev.sluice.api.crd;

import dev.sluice.api.Kinds;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CRD of every kind in {@link Kinds}, as text.
 *
 * <p>To add a kind: write its {@code CustomResource} class with {@code @Group}, {@code @Version}, {@code @Kind},
 * {@code @Plural}, {@code @Singular}, {@code @ShortNames}, {@code @Categories} and an {@code @AdditionalPrinterColumn} per
 * column, records with {@code @JsonPropertyDescription} for its spec and status, and name the class in
 * {@code Kinds.customResources()} (or {@code otherVersions()}, with {@code storage = false}). Then run
 * {@code mvn -pl api -am test -Dtest=CrdFilesTest -Dupdate.golden -Dsurefire.failIfNoSpecifiedTests=false} and read the
 * difference. What annotations cannot say goes into {@link CrdShapes}.
 */
final class CrdFiles {
    /** File name to YAML. */
    static Map<String, String> generate() {
        var classes = new ArrayList<Class<? extends HasMetadata>>(Kinds.customResources());
        classes.addAll(Kinds.otherVersions());
        var output = new Memory();
        new CRDGenerator()
                .customResourceClasses(classes)
                .forCRDVersions("v1")
                .withMinQuotes(true)
                .withParallelGenerationEnabled(false)
                .withPostProcessor(new CRDPostProcessor() {
                    @Override
                    public HasMetadata process(HasMetadata crd, String crdSpecVersion) {
                        return CrdShapes.shape((CustomResourceDefinition) crd);
                    }
                })
                .withOutput(output)
                .detailedGenerate();
        var files = new TreeMap<String, String>();
        output.files.forEach((name, bytes) ->
                files.put(name.replaceFirst("-v1(\\.yml)?$", ".yaml"), bytes.toString(StandardCharsets.UTF_8)));
        return files;
    }

    /** Keeps the files in memory. */
    static final class Memory implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
        private final Map<String, ByteArrayOutputStream> files = new TreeMap<>();

        @Override
        public ByteArrayOutputStream outputFor(String crdName) {
            return files.computeIfAbsent(crdName, _ -> new ByteArrayOutputStream());
        }

        @Override
        public URI crdURI(String crdName) {
            return URI.create("file:///" + crdName);
        }

        @Override
        public void close() throws IOException {
            for (OutputStream file : files.values()) {
                file.close();
            }
        }
    }

    private CrdFiles() {}
}
