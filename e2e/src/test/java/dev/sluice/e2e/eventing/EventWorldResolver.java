package dev.sluice.e2e.eventing;

import dev.sluice.e2e.SharedPlatform;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives each test an {@link EventWorld}, closed when the test ends. */
final class EventWorldResolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == EventWorld.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var platform = SharedPlatform.platform(context);
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(EventWorldResolver.class))
                .computeIfAbsent("bus", _ -> BusServer.start(platform), BusServer.class);
        return context.getStore(ExtensionContext.Namespace.create(EventWorldResolver.class, context.getUniqueId()))
                .computeIfAbsent("world", _ -> new EventWorld(platform), EventWorld.class);
    }
}
