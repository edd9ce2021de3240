package dev.sluice.api.serving;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.admission.KindConversion;
import dev.sluice.api.autoscaling.PodAutoscaler;
import dev.sluice.api.networking.ClusterDomainClaim;
import dev.sluice.api.serving.admission.AdmissionConfig;
import dev.sluice.api.serving.admission.ServingAdmissions;
import dev.sluice.api.serving.config.ConfigMapAdmission;
import dev.sluice.api.serving.historic.HistoricConfiguration;
import dev.sluice.api.serving.historic.HistoricConversion;
import dev.sluice.api.serving.historic.HistoricRevision;
import dev.sluice.api.serving.historic.HistoricRoute;
import dev.sluice.api.serving.historic.HistoricService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The kinds of serving, and those that serving makes for itself. */
public final class ServingGroup {
    public static List<Class<? extends HasMetadata>> customResources() {
        return List.of(
                KnativeService.class,
                Configuration.class,
                Revision.class,
                Route.class,
                DomainMapping.class,
                PodAutoscaler.class,
                ClusterDomainClaim.class);
    }

    /** The forms of 2018, and DomainMapping as it began. */
    public static List<Class<? extends HasMetadata>> otherVersions() {
        return List.of(
                HistoricService.class,
                HistoricConfiguration.class,
                HistoricRevision.class,
                HistoricRoute.class,
                DomainMappingAlpha.class);
    }

    /** @param config asked anew for every object */
    public static List<KindAdmission> admissions(Supplier<AdmissionConfig> config) {
        return Stream.concat(ServingAdmissions.all(config).stream(), Stream.<KindAdmission>of(new ConfigMapAdmission()))
                .toList();
    }

    public static List<KindConversion> conversions() {
        return HistoricConversion.all();
    }

    private ServingGroup() {}
}
