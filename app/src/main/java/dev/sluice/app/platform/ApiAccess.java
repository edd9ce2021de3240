package dev.sluice.app.platform;

import dev.sluice.app.state.StateDir;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the owner of an instance calls its API: as a service account with a role of its own, whose token lies in the state folder
 * and is renewed while the instance runs.
 */
final class ApiAccess implements AutoCloseable {
    static final String NAMESPACE = "sluice-system";
    static final String NAME = "sluice-cli";

    private static final Logger LOG = LoggerFactory.getLogger(ApiAccess.class);
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final Duration SOON = Duration.ofMinutes(1);

    private final KubernetesClient client;
    private final StateDir state;
    private final ScheduledExecutorService renewal = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("api-token").factory());

    private ApiAccess(KubernetesClient client, StateDir state) {
        this.client = client;
        this.state = state;
    }

    /** @param caBundle whom callers must trust, base64 of PEM */
    static ApiAccess grant(Installer installer, KubernetesClient client, StateDir state, String caBundle) {
        objects().forEach(installer::apply);
        var access = new ApiAccess(client, state);
        access.trust(caBundle);
        access.renewAfter(access.token());
        return access;
    }

    void trust(String caBundle) {
        write(
                state.apiAuthority(),
                new String(Base64.getDecoder().decode(caBundle), java.nio.charset.StandardCharsets.US_ASCII));
    }

    private Duration token() {
        var request = client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .tokenRequest(new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(TOKEN_LIFE.toSeconds())
                        .endSpec()
                        .build());
        write(state.apiToken(), request.getStatus().getToken());
        return Duration.between(Instant.now(), Instant.parse(request.getStatus().getExpirationTimestamp()));
    }

    private void renewAfter(Duration life) {
        var _ = renewal.schedule((Runnable) this::renew, life.dividedBy(2).toSeconds(), TimeUnit.SECONDS);
    }

    private void renew() {
        try {
            renewAfter(token());
        } catch (KubernetesClientException | PlatformException e) { // half of its life is left to try again
            LOG.atWarn().setCause(e).log("renewing the token of the command line failed");
            renewAfter(SOON);
        }
    }

    private static List<HasMetadata> objects() {
        return List.of(
                new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(NAMESPACE)
                        .withLabels(Installer.LABELS)
                        .endMetadata()
                        .build(),
                new ClusterRoleBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withLabels(Installer.LABELS)
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("events.sluice.dev")
                        .withResources("deliveries")
                        .withVerbs("list", "get", "update", "delete")
                        .endRule()
                        .addNewRule()
                        .withApiGroups("eventing.knative.dev", "messaging.knative.dev", "channels.knative.dev")
                        .withResources("triggers", "subscriptions")
                        .withVerbs("patch")
                        .endRule()
                        .addNewRule()
                        .withApiGroups("build.knative.dev")
                        .withResources("builds", "builds/log")
                        .withVerbs("list", "get", "patch")
                        .endRule()
                        .addNewRule()
                        .withApiGroups("serving.knative.dev")
                        .withResources("services")
                        .withVerbs("get", "update")
                        .endRule()
                        .build(),
                new ClusterRoleBindingBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withLabels(Installer.LABELS)
                        .endMetadata()
                        .withNewRoleRef()
                        .withApiGroup("rbac.authorization.k8s.io")
                        .withKind("ClusterRole")
                        .withName(NAME)
                        .endRoleRef()
                        .addNewSubject()
                        .withKind("ServiceAccount")
                        .withName(NAME)
                        .withNamespace(NAMESPACE)
                        .endSubject()
                        .build());
    }

    private static void write(Path file, String text) {
        try {
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            var fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "api", ".new", ownerOnly);
            Files.writeString(fresh, text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new PlatformException("writing " + file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        renewal.shutdownNow();
        try {
            Files.deleteIfExists(state.apiToken());
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("removing the token of the command line failed");
        }
    }
}
