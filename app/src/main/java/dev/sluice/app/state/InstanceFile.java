package dev.sluice.app.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What a running instance tells others about itself, for the command line and for scripts. It is there while the instance is
 * ready.
 *
 * @param kubeconfig file to point kubectl at
 * @param gateway base URL of the gateway
 * @param api {@code host:port} of the gRPC API
 * @param metrics URL of the page for Prometheus
 */
public record InstanceFile(
        long pid,
        String startedAt,
        Path kubeconfig,
        String gateway,
        String temporalUi,
        String registry,
        String domain,
        String api,
        String metrics) {

    public void write(StateDir state) {
        var values = new TreeMap<String, String>(Map.of(
                "pid", Long.toString(pid),
                "startedAt", startedAt,
                "kubeconfig", kubeconfig.toString(),
                "gateway", gateway,
                "temporalUi", temporalUi,
                "registry", registry,
                "domain", domain,
                "api", api,
                "metrics", metrics));
        var text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var fresh = Files.createTempFile(state.root(), "instance", ".new", ownerOnly);
            Files.writeString(fresh, text);
            Files.move(fresh, state.instance(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("writing " + state.instance() + ": " + e.getMessage(), e);
        }
    }

    /** Empty when no instance is ready: what a dead one left does not count. */
    public static Optional<InstanceFile> read(StateDir state) {
        var holder = InstanceLock.holder(state);
        if (holder.isEmpty() || !Files.exists(state.instance())) {
            return Optional.empty();
        }
        try (var in = Files.newBufferedReader(state.instance())) {
            var values = new Properties();
            values.load(in);
            var file = new InstanceFile(
                    Long.parseLong(values.getProperty("pid", "0")),
                    values.getProperty("startedAt", ""),
                    Path.of(values.getProperty("kubeconfig", "")),
                    values.getProperty("gateway", ""),
                    values.getProperty("temporalUi", ""),
                    values.getProperty("registry", ""),
                    values.getProperty("domain", ""),
                    values.getProperty("api", ""),
                    values.getProperty("metrics", ""));
            return Optional.of(file).filter(f -> f.pid() == holder.get().pid());
        } catch (IOException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    public static void delete(StateDir state) {
        try {
            Files.deleteIfExists(state.instance());
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + state.instance() + ": " + e.getMessage(), e);
        }
    }
}
