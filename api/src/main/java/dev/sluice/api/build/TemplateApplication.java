package dev.sluice.api.build;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts the steps and volumes of a template into a Build (spec/build.md section 1.5). Pure. */
public final class TemplateApplication {
    /**
     * The spec with the template's steps instead of its own and the template's volumes behind its own, <code>${NAME}</code>
     * replaced in the fields where Knative Build replaced it. Values are not substituted again.
     */
    public static BuildSpec apply(BuildSpec spec, BuildTemplateSpec template) {
        var instance = Objects.requireNonNull(spec.template(), "a build without a template");
        var values = values(template, instance);
        UnaryOperator<@Nullable String> fill = text -> text == null ? null : substitute(text, values);
        var extra = instance.env().stream()
                .map(env -> new EnvVarBuilder(env)
                        .withValue(fill.apply(env.getValue()))
                        .build())
                .toList();
        var steps =
                template.steps().stream().map(step -> step(step, fill, extra)).toList();
        var volumes = new ArrayList<>(spec.volumes());
        template.volumes().forEach(volume -> volumes.add(volume(volume, fill)));
        return spec.with(steps, volumes);
    }

    private static Map<String, String> values(BuildTemplateSpec template, TemplateInstantiation instance) {
        var values = new TreeMap<String, String>();
        for (var parameter : template.parameters()) {
            if (parameter.name() != null && parameter.defaultValue() != null) {
                values.put(parameter.name(), parameter.defaultValue());
            }
        }
        for (var argument : instance.arguments()) {
            if (argument.name() != null) {
                values.put(argument.name(), Objects.requireNonNullElse(argument.value(), ""));
            }
        }
        return values;
    }

    /** One pass from the left: unknown names stay as they are, and what was put in is not looked at again. */
    static String substitute(String text, Map<String, String> values) {
        var result = new StringBuilder();
        int position = 0;
        while (true) {
            int start = text.indexOf("${", position);
            int end = start < 0 ? -1 : text.indexOf('}', start);
            if (end < 0) {
                return result.append(text, position, text.length()).toString();
            }
            var value = values.get(text.substring(start + 2, end));
            if (value == null) {
                result.append(text, position, start + 2);
                position = start + 2;
            } else {
                result.append(text, position, start).append(value);
                position = end + 1;
            }
        }
    }

    private static Container step(Container step, UnaryOperator<@Nullable String> fill, List<EnvVar> extra) {
        var env = new ArrayList<EnvVar>();
        for (var variable : step.getEnv()) {
            if (extra.stream().noneMatch(e -> Objects.equals(e.getName(), variable.getName()))) {
                env.add(new EnvVarBuilder(variable)
                        .withValue(fill.apply(variable.getValue()))
                        .build());
            }
        }
        env.addAll(extra);
        return new ContainerBuilder(step)
                .withName(fill.apply(step.getName()))
                .withImage(fill.apply(step.getImage()))
                .withArgs(all(step.getArgs(), fill))
                .withCommand(all(step.getCommand(), fill))
                .withWorkingDir(fill.apply(step.getWorkingDir()))
                .withEnv(env)
                .withVolumeMounts(step.getVolumeMounts().stream()
                        .map(mount -> mount(mount, fill))
                        .toList())
                .build();
    }

    private static List<String> all(List<String> texts, UnaryOperator<@Nullable String> fill) {
        var filled = new ArrayList<String>();
        for (var text : texts) {
            var value = fill.apply(text);
            filled.add(value == null ? "" : value);
        }
        return filled;
    }

    private static VolumeMount mount(VolumeMount mount, UnaryOperator<@Nullable String> fill) {
        return new VolumeMountBuilder(mount)
                .withName(fill.apply(mount.getName()))
                .withMountPath(fill.apply(mount.getMountPath()))
                .withSubPath(fill.apply(mount.getSubPath()))
                .build();
    }

    private static Volume volume(Volume volume, UnaryOperator<@Nullable String> fill) {
        var builder = new VolumeBuilder(volume).withName(fill.apply(volume.getName()));
        if (volume.getPersistentVolumeClaim() != null) {
            builder.editPersistentVolumeClaim()
                    .withClaimName(fill.apply(volume.getPersistentVolumeClaim().getClaimName()))
                    .endPersistentVolumeClaim();
        }
        if (volume.getConfigMap() != null) {
            builder.editConfigMap()
                    .withName(fill.apply(volume.getConfigMap().getName()))
                    .endConfigMap();
        }
        if (volume.getSecret() != null) {
            builder.editSecret()
                    .withSecretName(fill.apply(volume.getSecret().getSecretName()))
                    .endSecret();
        }
        return builder.build();
    }

    private TemplateApplication() {}
}
