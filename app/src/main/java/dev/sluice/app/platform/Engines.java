package dev.sluice.app.platform;

import dev.sluice.kubedev.KubeDev;
import dev.sluice.kubedev.node.LightNode;
import dev.sluice.temporaldev.TemporalDev;
import dev.sluice.workflows.Wire;
import io.temporal.common.SearchAttributeKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The engines an instance starts for itself, side by side. */
record Engines(TemporalDev temporal, @Nullable KubeDev kubernetes) {
    /** Starts what the options ask for and hands each engine to {@code parts} as soon as it is up, so a failure closes it. */
    static Engines start(PlatformOptions options, Parts parts) {
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("engine-", 0).factory())) {
            var temporal = threads.submit(() -> parts.add("temporal", startTemporal(options)));
            Future<@Nullable KubeDev> kubernetes = options.kubeconfig() == null
                    ? threads.submit(() -> parts.add("kubernetes", startKubernetes(options)))
                    : threads.submit(() -> null);
            return new Engines(result(temporal), result(kubernetes));
        }
    }

    private static TemporalDev startTemporal(PlatformOptions options) {
        return TemporalDev.start(TemporalDev.Options.in(options.state().temporal(), options.env())
                .withSearchAttributes(searchAttributes())
                .withProgress(options.progress()));
    }

    private static KubeDev startKubernetes(PlatformOptions options) {
        return KubeDev.start(kubernetes(options));
    }

    static KubeDev.Options kubernetes(PlatformOptions options) {
        var wanted = KubeDev.Options.in(options.state().kube(), options.env())
                .withRegistries(options.mirrors(), options.insecureRegistries())
                .withProgress(options.progress());
        return options.plainProcesses() ? wanted.withNode(LightNode.Isolation.PLAIN) : wanted;
    }

    private static Map<String, String> searchAttributes() {
        var keywords = Stream.of(Wire.KIND, Wire.NAMESPACE, Wire.NAME, Wire.PHASE, Wire.REVISION)
                .collect(Collectors.toMap(SearchAttributeKey::getName, _ -> "Keyword"));
        List.of(Wire.EVENT_TYPE, Wire.EVENT_ID).forEach(key -> keywords.put(key.getName(), "KeywordList"));
        return keywords;
    }

    private static <T extends @Nullable Object> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while the engines started", e);
        }
    }
}
