package dev.sluice.app.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import dev.sluice.activities.build.BuildLogs;
import dev.sluice.activities.build.LogArchive;
import dev.sluice.api.Kinds;
import dev.sluice.api.build.Build;
import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.grpc.ApiServer;
import dev.sluice.app.state.InstanceFile;
import dev.sluice.app.state.StateDir;
import dev.sluice.app.webhook.WebhookServer;
import dev.sluice.buses.delivery.Deliveries;
import dev.sluice.buses.recent.RecentEvents;
import dev.sluice.kubedev.KubeDev;
import dev.sluice.protos.v1.BuildLogLine;
import dev.sluice.protos.v1.BuildLogRequest;
import dev.sluice.protos.v1.BuildsGrpc;
import dev.sluice.protos.v1.CancelBuildRequest;
import dev.sluice.protos.v1.DeliveriesGrpc;
import dev.sluice.protos.v1.GetBuildRequest;
import dev.sluice.protos.v1.ListBuildsRequest;
import dev.sluice.protos.v1.ListDeliveriesRequest;
import dev.sluice.protos.v1.ReplayRequest;
import dev.sluice.protos.v1.ReplaySinceRequest;
import dev.sluice.protos.v1.SubscriberRequest;
import dev.sluice.serving.rollout.Rollouts;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let into the gRPC API, and to what, as a real API server decides it. */
class ApiIT {
    @TempDir
    static Path folder;

    private static final Parts PARTS = new Parts();
    private static final List<String> REWOUND = new CopyOnWriteArrayList<>();
    private static KubernetesClient client;
    private static StateDir state;
    private static ApiServer server;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws IOException {
        state = new StateDir(folder.resolve("state")).create();
        var kube = PARTS.add("kube", KubeDev.start(KubeDev.Options.forTests(folder.resolve("kube"), System::getenv)));
        client = PARTS.add("client", Cluster.connect(kube.kubeconfig()));
        var webhooks = PARTS.add(
                "webhooks",
                WebhookServer.start(
                        new WebhookServer.Options(
                                InetAddress.getLoopbackAddress(),
                                0,
                                "127.0.0.1",
                                state.webhookKeys(),
                                Clock.systemUTC()),
                        Kinds.admissions(),
                        Kinds.conversions()));
        var installer = new Installer(client, _ -> {});
        installer.install(webhooks.url(), webhooks.caBundle());
        PARTS.add("access", ApiAccess.grant(installer, client, state, webhooks.caBundle()));
        // nobody listens there: what must be refused is refused before anybody asks Temporal
        var nowhere = WorkflowClient.newInstance(
                WorkflowServiceStubs.newServiceStubs(io.temporal.serviceclient.WorkflowServiceStubsOptions.newBuilder()
                        .setTarget("127.0.0.1:1")
                        .build()));
        PARTS.add("stubs", nowhere.getWorkflowServiceStubs()::shutdownNow);
        server = PARTS.add(
                "api",
                ApiServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        webhooks.keys(),
                        new ApiServer.Parts(
                                client,
                                new Deliveries(nowhere),
                                new RecentEvents(100, Clock.systemUTC()),
                                (uid, since) -> {
                                    REWOUND.add(uid + " " + since);
                                    return since.equals(Instant.EPOCH)
                                            ? Optional.of("nothing is kept that long")
                                            : Optional.empty();
                                },
                                new BuildLogs(client, new LogArchive(state.buildLogs())),
                                new Rollouts(nowhere, client))));
        channel = NettyChannelBuilder.forTarget(
                        "127.0.0.1:" + server.port(),
                        TlsChannelCredentials.newBuilder()
                                .trustManager(state.apiAuthority().toFile())
                                .build())
                .build();
        PARTS.add("channel", channel::shutdownNow);
        for (var name : new String[] {"mine", "yours"}) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    @AfterAll
    static void stop() {
        PARTS.close();
    }

    @Test
    void saysThatItServesWithoutAToken() {
        var health = HealthGrpc.newBlockingStub(channel);

        assertThat(health.check(HealthCheckRequest.newBuilder()
                                .setService(DeliveriesGrpc.SERVICE_NAME)
                                .build())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void letsNobodyInWithoutATokenOfTheCluster() {
        var request = ListBuildsRequest.newBuilder().setNamespace("mine").build();

        refused(
                Status.Code.UNAUTHENTICATED,
                "no token",
                () -> BuildsGrpc.newBlockingStub(channel).list(request));
        refused(
                Status.Code.UNAUTHENTICATED,
                "the cluster does not accept the token",
                () -> with("not-a-token", BuildsGrpc.newBlockingStub(channel)).list(request));
    }

    @Test
    void speaksToNobodyWithoutTls() {
        var plain = NettyChannelBuilder.forTarget("127.0.0.1:" + server.port())
                .usePlaintext()
                .build();
        try {
            refused(
                    Status.Code.UNAVAILABLE,
                    "",
                    () -> HealthGrpc.newBlockingStub(plain).check(HealthCheckRequest.getDefaultInstance()));
        } finally {
            plain.shutdownNow();
        }
    }

    @Test
    void allowsWhatTheRolesOfTheCallerAllowAndNothingElse() {
        var token = account("reader");
        bind("reader", "mine", "view-builds");
        var builds = with(token, BuildsGrpc.newBlockingStub(channel));
        create("seen");

        assertThat(builds.list(ListBuildsRequest.newBuilder()
                                .setNamespace("mine")
                                .build())
                        .getBuildsList())
                .extracting(dev.sluice.protos.v1.Build::getName)
                .contains("seen");
        refused(
                Status.Code.PERMISSION_DENIED,
                "builds.build.knative.dev is forbidden: User \"system:serviceaccount:mine:reader\" cannot list resource"
                        + " \"builds\" in API group \"build.knative.dev\" in the namespace \"yours\"",
                () -> builds.list(
                        ListBuildsRequest.newBuilder().setNamespace("yours").build()));
        refused(
                Status.Code.PERMISSION_DENIED,
                "at the cluster scope",
                () -> builds.list(ListBuildsRequest.getDefaultInstance()));
        refused(
                Status.Code.PERMISSION_DENIED,
                "cannot patch resource \"builds\"",
                () -> builds.cancel(CancelBuildRequest.newBuilder()
                        .setNamespace("mine")
                        .setName("seen")
                        .build()));
        refused(
                Status.Code.PERMISSION_DENIED,
                "cannot get resource \"builds/log\"",
                () -> builds.log(BuildLogRequest.newBuilder()
                                .setNamespace("mine")
                                .setName("seen")
                                .build())
                        .next());
        var deliveries = with(token, DeliveriesGrpc.newBlockingStub(channel));
        refused(
                Status.Code.PERMISSION_DENIED,
                "cannot list resource \"deliveries\" in API group \"events.sluice.dev\"",
                () -> deliveries.list(
                        ListDeliveriesRequest.newBuilder().setNamespace("mine").build()));
        refused(
                Status.Code.PERMISSION_DENIED,
                "cannot update resource \"deliveries\"",
                () -> deliveries.replay(ReplayRequest.newBuilder()
                        .setId("delivery/mine/uid/0/stamp")
                        .build()));
    }

    @Test
    void theCommandLineMayDoAllOfIt() throws IOException {
        var build = create("mine-to-cancel");
        var archived = state.buildLogs()
                .resolve(Path.of("mine", "mine-to-cancel", build.getMetadata().getUid()));
        Files.createDirectories(archived);
        Files.writeString(archived.resolve("00-build-step-one.log"), "said by step one\n");
        var instance = new InstanceFile(1, "", Path.of(""), "", "", "", "", "127.0.0.1:" + server.port(), "");
        try (var api = ApiClient.of(state, instance)) {
            var lines = new ArrayList<BuildLogLine>();
            api.builds()
                    .log(BuildLogRequest.newBuilder()
                            .setNamespace("mine")
                            .setName("mine-to-cancel")
                            .build())
                    .forEachRemaining(lines::add);
            api.builds()
                    .cancel(CancelBuildRequest.newBuilder()
                            .setNamespace("mine")
                            .setName("mine-to-cancel")
                            .build());

            assertThat(client.resources(Build.class)
                            .inNamespace("mine")
                            .withName("mine-to-cancel")
                            .get()
                            .getSpec()
                            .cancelRequested())
                    .isTrue();
            assertThat(lines).extracting(BuildLogLine::getLine).containsExactly("[build-step-one] said by step one");
            refused(
                    Status.Code.NOT_FOUND,
                    "no Build none in namespace mine",
                    () -> api.builds()
                            .get(GetBuildRequest.newBuilder()
                                    .setNamespace("mine")
                                    .setName("none")
                                    .build()));
            refused(
                    Status.Code.NOT_FOUND,
                    "no Build none in namespace mine",
                    () -> api.builds()
                            .log(BuildLogRequest.newBuilder()
                                    .setNamespace("mine")
                                    .setName("none")
                                    .build())
                            .next());
            refused(
                    Status.Code.NOT_FOUND,
                    "there is no delivery nonsense",
                    () -> api.deliveries()
                            .replay(ReplayRequest.newBuilder().setId("nonsense").build()));
        }
    }

    @Test
    void pausesAndResumesWhatTakesEvents() throws IOException {
        client.resource("""
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: t, namespace: mine}
                spec: {broker: b, subscriber: {uri: "http://a.test"}}
                """).create();
        client.resource("""
                apiVersion: channels.knative.dev/v1alpha1
                kind: Subscription
                metadata: {name: old, namespace: mine}
                spec: {channel: c, subscriber: a}
                """).create();
        var instance = new InstanceFile(1, "", Path.of(""), "", "", "", "", "127.0.0.1:" + server.port(), "");
        try (var api = ApiClient.of(state, instance)) {
            for (var request : List.of(subscriber("Trigger", "t"), subscriber("Subscription", "old"))) {
                assertThat(api.deliveries().pause(request).getChanged()).isTrue();
                assertThat(api.deliveries().pause(request).getChanged()).isFalse();
                assertThat(annotations(request)).containsEntry("events.sluice.dev/paused", "true");
                assertThat(api.deliveries().resume(request).getChanged()).isTrue();
                assertThat(api.deliveries().resume(request).getChanged()).isFalse();
                assertThat(annotations(request)).doesNotContainKey("events.sluice.dev/paused");
            }
            refused(
                    Status.Code.NOT_FOUND,
                    "there is no Subscription mine/none",
                    () -> api.deliveries().pause(subscriber("Subscription", "none")));
            refused(
                    Status.Code.INVALID_ARGUMENT,
                    "kind: Trigger or Subscription, not \"Broker\"",
                    () -> api.deliveries().pause(subscriber("Broker", "b")));
        }
        var stranger = with(account("stranger"), DeliveriesGrpc.newBlockingStub(channel));
        refused(
                Status.Code.PERMISSION_DENIED,
                "triggers.eventing.knative.dev \"t\" is forbidden",
                () -> stranger.pause(subscriber("Trigger", "t")));
    }

    @Test
    void givesATriggerAgainWhatItsBusHasKept() throws IOException {
        var trigger = client.resource("""
                apiVersion: eventing.knative.dev/v1
                kind: Trigger
                metadata: {name: rewound, namespace: mine}
                spec: {broker: b, subscriber: {uri: "http://a.test"}}
                """).create();
        var instance = new InstanceFile(1, "", Path.of(""), "", "", "", "", "127.0.0.1:" + server.port(), "");
        var request = ReplaySinceRequest.newBuilder().setSubscriber(subscriber("Trigger", "rewound"));
        var since = Timestamp.newBuilder().setSeconds(1_000_000_000);
        try (var api = ApiClient.of(state, instance)) {
            var _ = api.deliveries().replaySince(request.setSince(since).build());
            assertThat(REWOUND).containsExactly(trigger.getMetadata().getUid() + " 2001-09-09T01:46:40Z");
            refused(
                    Status.Code.FAILED_PRECONDITION,
                    "nothing is kept that long",
                    () -> api.deliveries()
                            .replaySince(request.setSince(Timestamp.getDefaultInstance())
                                    .build()));
            refused(
                    Status.Code.INVALID_ARGUMENT,
                    "since: missing",
                    () -> api.deliveries().replaySince(request.clearSince().build()));
        }
        var stranger = with(account("bystander"), DeliveriesGrpc.newBlockingStub(channel));
        refused(
                Status.Code.PERMISSION_DENIED,
                "triggers.eventing.knative.dev \"rewound\" is forbidden",
                () -> stranger.replaySince(request.setSince(since).build()));
    }

    /** Its threads are few: one that waits in a condition for what another one would bring keeps everybody waiting. */
    @Test
    void followingTheLogsOfABuildLeavesTheThreadsOfTheClientAlone() throws Exception {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var onOneThread = new KubernetesClientBuilder()
                        .withConfig(client.getConfiguration())
                        .withHttpClientFactory(new VertxHttpClientFactory(vertx))
                        .build()) {
            create("followed");
            status("followed", "{\"cluster\": {\"namespace\": \"mine\", \"podName\": \"gone\"}}");
            var archive = new LogArchive(folder.resolve("followed"));
            var followed =
                    threads.submit(() -> new BuildLogs(onOneThread, archive).read("mine", "followed", true, _ -> {}));
            assertThat(threads.submit(() -> onOneThread.namespaces().list().getItems())
                            .get(5, TimeUnit.SECONDS))
                    .isNotEmpty();
            assertThat(followed.isDone()).isFalse();

            status("followed", "{\"conditions\": [{\"type\": \"Succeeded\", \"status\": \"True\"}]}");

            assertThat(followed.get(5, TimeUnit.SECONDS)).isTrue();
        } finally {
            vertx.close();
        }
    }

    private static void status(String build, String status) {
        client.resources(Build.class)
                .inNamespace("mine")
                .withName(build)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\": " + status + "}");
    }

    private static SubscriberRequest subscriber(String kind, String name) {
        return SubscriberRequest.newBuilder()
                .setNamespace("mine")
                .setKind(kind)
                .setName(name)
                .build();
    }

    private static Map<String, String> annotations(SubscriberRequest request) {
        var version = request.getKind().equals("Trigger") ? "eventing.knative.dev/v1" : "channels.knative.dev/v1alpha1";
        return client.genericKubernetesResources(version, request.getKind())
                .inNamespace("mine")
                .withName(request.getName())
                .get()
                .getMetadata()
                .getAnnotations();
    }

    private static HasMetadata create(String name) {
        var manifest = """
                apiVersion: build.knative.dev/v1alpha1
                kind: Build
                metadata: {name: %s, namespace: mine}
                spec: {steps: [{name: one, image: "registry.test/one:1"}]}
                """.formatted(name);
        return client.resource(Serialization.unmarshal(manifest, Build.class)).create();
    }

    private static String account(String name) {
        var account = client.resource(new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("mine")
                .endMetadata()
                .build());
        account.create();
        return client.serviceAccounts()
                .inNamespace("mine")
                .withName(name)
                .tokenRequest(new TokenRequest())
                .getStatus()
                .getToken();
    }

    private static void bind(String account, String namespace, String role) {
        client.resource(new io.fabric8.kubernetes.api.model.rbac.RoleBuilder()
                        .withNewMetadata()
                        .withName(role)
                        .withNamespace(namespace)
                        .endMetadata()
                        .addNewRule()
                        .withApiGroups("build.knative.dev")
                        .withResources("builds")
                        .withVerbs("list", "get")
                        .endRule()
                        .build())
                .create();
        client.resource(new RoleBindingBuilder()
                        .withNewMetadata()
                        .withName(role)
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewRoleRef("rbac.authorization.k8s.io", "Role", role)
                        .addNewSubject("", "ServiceAccount", account, namespace)
                        .build())
                .create();
    }

    private static <S extends AbstractStub<S>> S with(String token, S stub) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void refused(
            Status.Code code, String words, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code))
                .hasMessageContaining(words);
    }
}
