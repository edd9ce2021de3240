package dev.sluice.app.webhook;

import dev.sluice.api.admission.KindAdmission;
import dev.sluice.api.admission.KindConversion;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The objects that make an API server call the webhook server: one configuration per webhook name, so a refusal carries the
 * name that users know, with a rule per kind and version (matchPolicy Exact).
 */
public final class WebhookObjects {
    private static final int TIMEOUT_SECONDS = 10;

    private final String url;
    private final String caBundle;

    public WebhookObjects(String url, String caBundle) {
        this.url = url;
        this.caBundle = caBundle;
    }

    public List<HasMetadata> configurations(Collection<KindAdmission> admissions, Map<String, String> labels) {
        var objects = new ArrayList<HasMetadata>();
        byName(admissions, a -> a.resource().mutatingWebhook())
                .forEach((name, rules) -> objects.add(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .withWebhooks(new MutatingWebhookBuilder()
                                .withName(name)
                                .withClientConfig(client(WebhookServer.DEFAULTING))
                                .withRules(rules)
                                .withAdmissionReviewVersions("v1")
                                .withMatchPolicy("Exact")
                                .withFailurePolicy("Fail")
                                .withSideEffects("None")
                                .withReinvocationPolicy("IfNeeded")
                                .withTimeoutSeconds(TIMEOUT_SECONDS)
                                .build())
                        .build()));
        byName(admissions, a -> a.resource().validatingWebhook())
                .forEach((name, rules) -> objects.add(new ValidatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .withWebhooks(new ValidatingWebhookBuilder()
                                .withName(name)
                                .withClientConfig(client(WebhookServer.VALIDATION))
                                .withObjectSelector(selector(admissions, name))
                                .withRules(rules)
                                .withAdmissionReviewVersions("v1")
                                .withMatchPolicy("Exact")
                                .withFailurePolicy("Fail")
                                .withSideEffects("None")
                                .withTimeoutSeconds(TIMEOUT_SECONDS)
                                .build())
                        .build()));
        return objects;
    }

    /** Puts our conversion webhook into the definition where its kind has a conversion. */
    public CustomResourceDefinition withConversion(
            CustomResourceDefinition definition, Collection<KindConversion> conversions) {
        var spec = definition.getSpec();
        boolean converted = conversions.stream()
                .anyMatch(c -> c.group().equals(spec.getGroup())
                        && c.kind().equals(spec.getNames().getKind()));
        return converted
                ? definition.toBuilder()
                        .editSpec()
                        .withConversion(conversion())
                        .endSpec()
                        .build()
                : definition;
    }

    private CustomResourceConversion conversion() {
        return new CustomResourceConversionBuilder()
                .withStrategy("Webhook")
                .withNewWebhook()
                .withConversionReviewVersions("v1")
                .withNewClientConfig()
                .withUrl(url + WebhookServer.CONVERSION)
                .withCaBundle(caBundle)
                .endClientConfig()
                .endWebhook()
                .build();
    }

    private WebhookClientConfig client(String path) {
        return new WebhookClientConfigBuilder()
                .withUrl(url + path)
                .withCaBundle(caBundle)
                .build();
    }

    /** Of a webhook name; none for all objects. */
    private static @Nullable LabelSelector selector(Collection<KindAdmission> admissions, String name) {
        return admissions.stream()
                .filter(a -> a.resource().validatingWebhook().equals(name)
                        && !a.objectLabels().isEmpty())
                .findFirst()
                .map(a -> new LabelSelectorBuilder()
                        .withMatchLabels(a.objectLabels())
                        .build())
                .orElse(null);
    }

    private static Map<String, List<RuleWithOperations>> byName(
            Collection<KindAdmission> admissions, Function<KindAdmission, String> name) {
        var rules = new TreeMap<String, List<RuleWithOperations>>();
        for (var admission : admissions) {
            if (!name.apply(admission).isEmpty()) {
                var resource = admission.resource();
                rules.computeIfAbsent(name.apply(admission), _ -> new ArrayList<>())
                        .add(new RuleWithOperationsBuilder()
                                .withApiGroups(resource.group())
                                .withApiVersions(resource.version())
                                .withResources(resource.plural())
                                .withOperations("CREATE", "UPDATE")
                                .withScope(resource.namespaced() ? "Namespaced" : "Cluster")
                                .build());
            }
        }
        return rules;
    }
}
