package dev.sluice.app;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md, "Modules and the direction of dependencies". */
class ArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/dev/sluice/cesql/antlr/")) // a library's, moved there
            .importPackages("dev.sluice");

    private static final String[] CAPABILITIES = {
        "dev.sluice.builds..", "dev.sluice.serving..", "dev.sluice.buses..", "dev.sluice.gateway.."
    };

    /** Looks for bwrap and ip on PATH; everything else is given its environment. */
    private static final String READS_PATH = "dev.sluice.kubedev.node.sandbox.Commands";

    private static final Set<String> FORBIDDEN_IN_WORKFLOWS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.System.getenv",
            "java.lang.Thread.sleep",
            "java.lang.Thread.start",
            "java.lang.Math.random",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.util.UUID.randomUUID",
            "java.util.Random.<init>",
            "java.util.concurrent.ThreadLocalRandom.current");

    private static final DescribedPredicate<JavaAccess<?>> NON_DETERMINISTIC = describe(
            "non-deterministic",
            access -> FORBIDDEN_IN_WORKFLOWS.contains(access.getTargetOwner().getName() + "." + access.getName()));

    @Test
    void modelKnowsNothingButTheLanguage() {
        classes()
                .that()
                .resideInAPackage("dev.sluice.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.sluice.model..", "java..", "org.jspecify..")
                .check(OURS);
    }

    @Test
    void apiDoesNoInputAndOutput() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.api..")
                .should()
                .dependOnClassesThat(
                        describe(
                                "do input and output",
                                c -> c.getName()
                                        .matches(
                                                "java\\.nio\\.file\\.Files|java\\.io\\.File.*|java\\.net\\.http\\..*|io\\.temporal\\..*|io\\.helidon\\..*|io\\.fabric8\\.kubernetes\\.client\\.[A-Z].*")))
                .check(noClassCustomResource());
    }

    /** fabric8 keeps {@code CustomResource} beside its client; nothing else of that package may be used. */
    private static JavaClasses noClassCustomResource() {
        return OURS.that(describe(
                "do not extend CustomResource",
                c -> c.getAllRawSuperclasses().stream()
                        .noneMatch(s -> s.getName().equals("io.fabric8.kubernetes.client.CustomResource"))));
    }

    @Test
    void workflowsSeeOnlyWhatIsDeterministic() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.sluice.workflows..", "dev.sluice.api..")
                .should()
                .accessTargetWhere(NON_DETERMINISTIC)
                .check(OURS);
    }

    @Test
    void workflowsDoNoInputAndOutput() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.workflows..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio..",
                        "java.net..",
                        "java.util.concurrent.locks..",
                        "io.helidon..",
                        "io.fabric8.kubernetes.client..",
                        "dev.sluice.activities..")
                .check(OURS);
    }

    @Test
    void onlyWorkflowsNameTheirImplementations() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.workflows..")
                .should()
                .dependOnClassesThat(describe(
                        "are workflow implementations",
                        c -> c.getPackageName().startsWith("dev.sluice.workflows")
                                && c.getSimpleName().endsWith("Impl")))
                .check(OURS);
    }

    @Test
    void capabilitiesDoNotKnowEachOther() {
        for (var capability : CAPABILITIES) {
            var others = java.util.Arrays.stream(CAPABILITIES)
                    .filter(other -> !other.equals(capability))
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(capability)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(OURS);
        }
    }

    @Test
    void gatewayLinksNeitherKubernetesNorTemporal() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.gateway..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..", "io.temporal..", "dev.sluice.api..", "dev.sluice.workflows..")
                .check(OURS);
    }

    @Test
    void theLinkKnowsNothingButTheModel() {
        noClasses()
                .that()
                .resideInAPackage("dev.sluice.link..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.fabric8..",
                        "io.temporal..",
                        "dev.sluice.api..",
                        "dev.sluice.serving..",
                        "dev.sluice.gateway..")
                .check(OURS);
    }

    @Test
    void enginesNeedNothingOfTheProduct() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.sluice.temporaldev..", "dev.sluice.kubedev..", "dev.sluice.processes..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.sluice.model..",
                        "dev.sluice.api..",
                        "dev.sluice.workflows..",
                        "dev.sluice.activities..",
                        "dev.sluice.builds..",
                        "dev.sluice.serving..",
                        "dev.sluice.buses..",
                        "dev.sluice.gateway..",
                        "dev.sluice.app..")
                .check(OURS);
    }

    @Test
    void nobodyNeedsTheProgram() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.sluice.app..")
                .check(OURS);
    }

    @Test
    void onlyTheProgramUsesTheEngines() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.sluice.app..", "dev.sluice.temporaldev..", "dev.sluice.kubedev..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.sluice.temporaldev..", "dev.sluice.kubedev..")
                .check(OURS);
    }

    @Test
    void workflowsKnowOnlyTheApiTheModelAndTemporal() {
        classes()
                .that()
                .resideInAPackage("dev.sluice.workflows..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.sluice.workflows..",
                        "dev.sluice.api..",
                        "dev.sluice.model..",
                        "io.temporal..",
                        "com.uber.m3.tally..", // Temporal's metrics
                        "com.fasterxml.jackson..", // in which Temporal writes payloads
                        "org.slf4j..", // Workflow.getLogger
                        "java..",
                        "org.jspecify..")
                .check(OURS);
    }

    @Test
    void everyPackageSaysWhatItIsFor() {
        var packages = OURS.stream()
                .filter(c -> !c.getPackageName().startsWith("dev.sluice.protos")) // generated
                .collect(Collectors.groupingBy(JavaClass::getPackageName));

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy((name, members) -> assertThat(members)
                        .as("package-info of " + name)
                        .anyMatch(member -> member.getSimpleName().equals("package-info")));
    }

    @Test
    void noPackageIsNamedAfterHavingNoName() {
        noClasses()
                .should()
                .resideInAnyPackage("..util..", "..utils..", "..common..", "..core..", "..helpers..", "..impl..")
                .check(OURS);
    }

    @Test
    void environmentIsReadByTheProgramOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.app..")
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .check(OURS.that(describe(
                        "are not entry points",
                        c -> !c.getSimpleName().endsWith("Main") && !READS_PATH.equals(c.getName()))));
    }

    @Test
    void packagesOfTheProgramHaveNoCycles() {
        slices().matching("dev.sluice.app.(*)..").should().beFreeOfCycles().check(OURS);
    }
}
