package dev.sluice.e2e.conformance;

import dev.sluice.e2e.SharedPlatform;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test method a {@link BuildWorld}; what its builds are made of is made once per run. */
final class BuildWorldResolver implements ParameterResolver {
    private static final ExtensionContext.Namespace KEYS = ExtensionContext.Namespace.create(BuildWorldResolver.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BuildWorld.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var platform = SharedPlatform.platform(context);
        var sources = context.getRoot()
                .getStore(KEYS)
                .computeIfAbsent("sources", _ -> BuildSources.make(platform), BuildSources.class);
        return context.getStore(ExtensionContext.Namespace.create(KEYS, context.getUniqueId()))
                .computeIfAbsent(
                        "world",
                        _ -> new BuildWorld(
                                World.begin(
                                        platform,
                                        context.getRequiredTestMethod().getName()),
                                sources),
                        BuildWorld.class);
    }
}
