package dev.sluice.e2e.conformance;

import dev.sluice.e2e.SharedPlatform;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test method a {@link World}, and removes its namespace when the test has ended. */
final class WorldResolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == World.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var platform = SharedPlatform.platform(context);
        return context.getStore(ExtensionContext.Namespace.create(WorldResolver.class, context.getUniqueId()))
                .computeIfAbsent(
                        "world",
                        _ -> World.begin(
                                platform, context.getRequiredTestMethod().getName()),
                        World.class);
    }
}
