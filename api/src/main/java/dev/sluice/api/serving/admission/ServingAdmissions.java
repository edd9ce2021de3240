package dev.sluice.api.serving.admission;

import dev.sluice.api.admission.KindAdmission;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The admissions of serving's kinds; {@code config} is asked anew for every object. */
public final class ServingAdmissions {
    public static List<KindAdmission> all(Supplier<AdmissionConfig> config) {
        return Stream.concat(
                        Stream.of(
                                new ServiceAdmission(config),
                                new ConfigurationAdmission(config),
                                new RouteAdmission(config),
                                new RevisionAdmission(config),
                                new PodAutoscalerAdmission(config),
                                new DomainMappingAdmission("v1beta1", "cluster.local"),
                                new DomainMappingAdmission("v1alpha1", "cluster.local")),
                        HistoricAdmission.all(config).stream())
                .toList();
    }

    private ServingAdmissions() {}
}
