package dev.sluice.api;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.admission.KindConversion;
import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildAdmission;
import dev.sluice.api.build.BuildTemplate;
import dev.sluice.api.build.ClusterBuildTemplate;
import dev.sluice.api.build.TemplateAdmission;
import dev.sluice.api.channels.ChannelsGroup;
import dev.sluice.api.eventing.EventingGroup;
import dev.sluice.api.eventing.config.EventingSettings;
import dev.sluice.api.flows.FlowsGroup;
import dev.sluice.api.messaging.MessagingGroup;
import dev.sluice.api.serving.ServingGroup;
import dev.sluice.api.serving.admission.AdmissionConfig;
import dev.sluice.model.filter.Filter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Every kind that Sluice serves, with its admission and conversion: what the installer and the webhook server iterate. */
public final class Kinds {
    /** Custom resource classes, storage version; the CRD of each is the resource {@code /crds/{plural}.{group}.yaml}. */
    public static List<Class<? extends HasMetadata>> customResources() {
        return Stream.of(
                        ServingGroup.customResources(),
                        List.<Class<? extends HasMetadata>>of(
                                Build.class, BuildTemplate.class, ClusterBuildTemplate.class),
                        ChannelsGroup.customResources(),
                        EventingGroup.customResources(),
                        MessagingGroup.customResources(),
                        FlowsGroup.customResources())
                .<Class<? extends HasMetadata>>flatMap(List::stream)
                .toList();
    }

    /** Served versions beside the storage version: their schemas go into the same CRD. */
    public static List<Class<? extends HasMetadata>> otherVersions() {
        return Stream.of(ServingGroup.otherVersions(), EventingGroup.otherVersions())
                .<Class<? extends HasMetadata>>flatMap(List::stream)
                .toList();
    }

    /** With upstream's limits and defaults; expressions of CESQL are not looked into. */
    public static List<KindAdmission> admissions() {
        return admissions(
                AdmissionConfig::upstream, EventingSettings::upstream, text -> new Filter.Expression(text, _ -> false));
    }

    /**
     * @param serving what Knative's ConfigMaps say, asked anew for every object
     * @param eventing the same for eventing
     * @param expressions parses CESQL; throws {@link IllegalArgumentException} with what is wrong
     */
    public static List<KindAdmission> admissions(
            Supplier<AdmissionConfig> serving,
            Supplier<EventingSettings> eventing,
            Function<String, Filter.Expression> expressions) {
        return Stream.of(
                        ServingGroup.admissions(serving),
                        List.<KindAdmission>of(
                                new BuildAdmission(),
                                TemplateAdmission.ofBuildTemplates(),
                                TemplateAdmission.ofClusterBuildTemplates()),
                        ChannelsGroup.admissions(),
                        EventingGroup.admissions(eventing, expressions),
                        MessagingGroup.admissions(eventing),
                        FlowsGroup.admissions(eventing))
                .flatMap(List::stream)
                .toList();
    }

    public static List<KindConversion> conversions() {
        return Stream.of(ServingGroup.conversions(), EventingGroup.conversions())
                .flatMap(List::stream)
                .toList();
    }

    private Kinds() {}
}
