package dev.sluice.app.platform;

import static java.util.stream.Collectors.joining;

import dev.sluice.activities.build.BuildLogs;
import dev.sluice.activities.build.BuildPodSettings;
import dev.sluice.activities.build.KubernetesBuildActivities;
import dev.sluice.activities.build.LogArchive;
import dev.sluice.activities.rollout.KubernetesRolloutActivities;
import dev.sluice.api.Kinds;
import dev.sluice.api.serving.admission.ImageReference;
import dev.sluice.app.git.GitServer;
import dev.sluice.app.git.RemoteRepository;
import dev.sluice.app.grpc.ApiServer;
import dev.sluice.app.hook.PushHooks;
import dev.sluice.app.hook.SourceCopies;
import dev.sluice.app.state.StateDir;
import dev.sluice.app.webhook.PodDryRun;
import dev.sluice.app.webhook.WebhookServer;
import dev.sluice.builds.Builds;
import dev.sluice.buses.Events;
import dev.sluice.buses.EventsConfig;
import dev.sluice.buses.config.LiveEventingSettings;
import dev.sluice.cesql.Cesql;
import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.GatewayConfig;
import dev.sluice.link.GatewayLinkServer;
import dev.sluice.serving.Serving;
import dev.sluice.serving.ServingConfig;
import dev.sluice.serving.config.LiveSettings;
import dev.sluice.serving.digest.Digests;
import dev.sluice.serving.digest.Registry;
import dev.sluice.serving.rollout.Rollouts;
import dev.sluice.workflows.Wire;
import dev.sluice.workflows.Workflows;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import javax.net.ssl.X509ExtendedKeyManager;

/** Everything that runs in an instance: this is the wiring diagram, started top to bottom and closed bottom to top. */
public final class Platform implements AutoCloseable {
    private static final String CLUSTER_DOMAIN = "cluster.local";
    /** One that waits costs a virtual thread and a sign of life. */
    private static final int MOST_WAITING_BUILDS = 10_000;

    private final PlatformOptions options;
    private final Parts parts = new Parts();
    private final Cluster cluster;
    private final Network network;
    private final LiveSettings settings;
    private final GitServer git;
    private final TemporalAccess temporal;
    private final BuildLogs buildLogs;
    private final Events events;
    private final InstanceFacts facts;

    /** Returns when everything is ready; when something cannot start, nothing is left running. */
    public static Platform start(PlatformOptions options) {
        return new Platform(options);
    }

    private Platform(PlatformOptions options) {
        this.options = options;
        boolean started = false;
        try {
            var state = options.state();
            var gatewayPort = options.gateways() == null
                    ? parts.add("port of the gateway", Network.holdGatewayPort(options))
                    : null;
            var tlsPort = options.gateways() == null
                    ? parts.add("port of the gateway for TLS", Network.holdTlsPort(options))
                    : null;
            var engines = Engines.start(options, parts);
            cluster = parts.add("kubernetes client", Cluster.of(options, engines));
            network = Network.of(
                    options,
                    cluster,
                    gatewayPort == null ? 0 : gatewayPort.port(),
                    tlsPort == null ? options.tls().port() : tlsPort.port());
            var metrics = parts.add("metrics", new Metrics(network.metrics()));
            if (!options.adopt()) {
                Preflight.check(cluster.client());
            }
            var images = Later.of("images", () -> BuildImages.ensure(options, cluster));
            var temporalStart = Later.of(
                    "temporal",
                    () -> parts.add(
                            "temporal client",
                            new TemporalAccess(
                                    engines.temporal().target(), options.payloadKeys(), metrics.temporal())));
            settings = parts.add(
                    "settings",
                    new LiveSettings(cluster.client(), servingConfig().place()));
            var eventing = parts.add("eventing settings", new LiveEventingSettings(cluster.client()));
            var webhooks = parts.add("webhooks", webhooks(state, settings, eventing));
            var installer = new Installer(cluster.client(), options.progress());
            installer.install(webhooks.url(), webhooks.caBundle());
            installer.createConfigMaps(Network.DOMAIN);
            installer.createEventingConfigMaps();
            if (!cluster.own()) { // which outlives us, and must not ask us then whether its objects are good
                parts.add("registration of webhooks", installer::withdraw);
            }
            settings.start();
            eventing.start();
            var access = parts.add("access", ApiAccess.grant(installer, cluster.client(), state, webhooks.caBundle()));
            webhooks.renewWhenDue(bundle -> {
                installer.install(webhooks.url(), bundle);
                access.trust(bundle);
            });
            git = parts.add(
                    "git",
                    GitServer.start(
                            state.repositories(),
                            cluster.address(),
                            network.gitPort(),
                            PushHooks.over(cluster.client(), sourceCopies())));
            temporal = temporalStart.get();

            var serving =
                    parts.add("serving", new Serving(servingConfig(), settings, cluster.client(), temporal.client()));
            metrics.beforeReading(new ScaleMetrics(metrics.registry(), serving::scales)::refresh);
            IntSupplier gatewaysConnected = () -> 1;
            if (gatewayPort == null || tlsPort == null) {
                var link = parts.add("gateway link", link(Objects.requireNonNull(options.gateways()), serving));
                if (cluster.own()) {
                    parts.add("pods at gateways", link::podsEnd);
                }
                serving.start(link);
                gatewaysConnected = link::gateways;
            } else {
                gatewayPort.close();
                tlsPort.close();
                serving.start(parts.add("gateway", gateway(serving)));
            }

            var addresses = parts.add("addresses", new ServiceAddresses(cluster.client(), CLUSTER_DOMAIN, network));
            events = parts.add("events", new Events(eventsConfig(), temporal.client(), addresses, metrics.registry()))
                    .start();

            var buildLimits = BuildLimits.of(options.env());
            var archive = new LogArchive(state.buildLogs(), buildLimits.logBytes(), buildLimits.logs());
            buildLogs = new BuildLogs(cluster.client(), archive);
            var builds = new Builds(temporal.client());
            var stepImages = images.get();
            var buildActivities = new KubernetesBuildActivities(
                    cluster.client(),
                    new BuildPodSettings(
                            stepImages.step(),
                            cluster.insecureRegistries(options),
                            StepEnvironment.of(options, stepImages),
                            buildLimits.perNamespace()),
                    archive,
                    Clock.systemUTC());
            temporal.worker(Wire.CONTROL_QUEUE, worker -> {
                Workflows.registerControl(worker);
                worker.registerActivitiesImplementations(new KubernetesRolloutActivities(
                        cluster.client(), () -> settings.get().network().rolloutDuration()));
            });
            temporal.worker(Wire.BUILD_QUEUE, worker -> {
                Workflows.registerBuild(worker);
                worker.registerActivitiesImplementations(buildActivities);
            });
            temporal.worker(
                    Wire.BUILD_TURNS_QUEUE,
                    MOST_WAITING_BUILDS,
                    worker -> worker.registerActivitiesImplementations(buildActivities));
            temporal.promptWorker(Wire.DELIVERY_QUEUE, worker -> {
                Workflows.registerDelivery(worker);
                worker.registerActivitiesImplementations(events.activities());
            });
            temporal.start();
            parts.add("workers", temporal::stopWorkers); // before what their activities need
            var operator = parts.add("operator", new Controllers(cluster.client()));
            operator.add(builds.reconcilers());
            operator.add(events.reconcilers(cluster.client(), hosts -> serving.putHosts("channels", hosts), eventing));
            operator.start();
            installer.applyTemplates();
            var api = parts.add("api", api(webhooks.keys()));
            facts = new InstanceFacts(
                    options, engines, cluster, network, metrics, "127.0.0.1:" + api.port(), gatewaysConnected);
            started = true;
        } finally {
            if (!started) {
                parts.close();
            }
        }
    }

    private WebhookServer webhooks(StateDir state, LiveSettings settings, LiveEventingSettings eventing) {
        var address = cluster.own() ? InetAddress.getLoopbackAddress() : cluster.address();
        return WebhookServer.start(
                new WebhookServer.Options(
                        address,
                        network.webhookPort(),
                        address.getHostAddress(),
                        state.webhookKeys(),
                        Clock.systemUTC()),
                Kinds.admissions(() -> settings.get().admission(), eventing, Cesql::parse),
                Kinds.conversions(),
                new PodDryRun(cluster.client()));
    }

    private ServingConfig servingConfig() {
        var config = ServingConfig.local(
                        Network.DOMAIN,
                        network.outside().getPort(),
                        network.pods().getAddress().getHostAddress(),
                        network.pods().getPort())
                .withTls(network.tls().getPort())
                .withRegistries(new ServingConfig.Registries(
                        Set.copyOf(cluster.insecureRegistries(options)), options.mirrors()));
        // a hook asks one gateway; processes of their own would each have to be asked
        return options.gateways() == null
                ? config.withDrainHook(network.admin().getAddress().getHostAddress() + ":"
                                + network.admin().getPort())
                        .withScalingMemory(options.state().scaling())
                : config;
    }

    private EventsConfig eventsConfig() {
        var limits = EventLimits.of(options.env());
        var config = EventsConfig.in(options.state().events(), Network.DOMAIN)
                .withSizes(limits.maxBytes(), limits.claims())
                .withRetries(limits.retries())
                .withRecent(limits.recent());
        return network.pods().getAddress().isLoopbackAddress() ? config : config.withPodsReach(network.pods());
    }

    private GatewayLinkServer link(PlatformOptions.SeparateGateways gateways, Serving serving) {
        var listen = Network.gatewayControl(options, gateways.control());
        try {
            var link = GatewayLinkServer.start(
                    listen,
                    GatewayToken.in(options.state()).make(),
                    gateways.expected(),
                    System.currentTimeMillis(),
                    serving.events());
            options.progress()
                    .accept("gateway: start it with: sluice gateway --control " + Network.words(listen)
                            + network.listen().stream()
                                    .map(a -> " --listen " + Network.words(a))
                                    .collect(joining()));
            return link;
        } catch (IOException e) {
            throw new PlatformException("listening on " + listen + " for gateways: " + e.getMessage(), e);
        }
    }

    private Gateway gateway(Serving serving) {
        try {
            var config = GatewayConfig.on(network.listen(), network.admin())
                    .withTls(new GatewayConfig.Tls(
                            List.of(network.tls()), options.tls().fallback(), 0))
                    .withTracing(GatewayTracing.of(options.env()));
            return Gateway.start(config, serving.events());
        } catch (IOException e) {
            throw new PlatformException("listening on " + network.listen() + ": " + e.getMessage(), e);
        }
    }

    private ApiServer api(X509ExtendedKeyManager keys) {
        var listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), network.apiPort());
        try {
            return ApiServer.start(
                    listen,
                    keys,
                    new ApiServer.Parts(
                            cluster.client(),
                            events.deliveries(),
                            events.recent(),
                            events::replay,
                            buildLogs,
                            rollouts()));
        } catch (IOException e) {
            throw new PlatformException("listening on " + listen + ": " + e.getMessage(), e);
        }
    }

    public StateDir state() {
        return options.state();
    }

    public KubernetesClient kubernetes() {
        return cluster.client();
    }

    public GitServer git() {
        return git;
    }

    public Rollouts rollouts() {
        return new Rollouts(temporal.client(), cluster.client());
    }

    public Events events() {
        return events;
    }

    public BuildLogs buildLogs() {
        return buildLogs;
    }

    /** Where build pods fetch the repository of a service that {@code deploy} filled. */
    public String gitUrl(String namespace, String name) {
        return "http://" + cluster.address().getHostAddress() + ":" + git.port() + git.path(namespace, name);
    }

    /** The repositories that {@code deploy} filled. */
    public SourceCopies sourceCopies() {
        return new SourceCopies() {
            @Override
            public boolean isCopy(String url, String namespace, String service) {
                return url.equals(gitUrl(namespace, service));
            }

            @Override
            public Optional<String> origin(String namespace, String service) {
                try (var repository = git.repository(namespace, service)) {
                    return RemoteRepository.origin(repository);
                }
            }

            @Override
            public void fetch(String namespace, String service, String url, String commit) {
                git.change(
                        namespace,
                        service,
                        repository -> RemoteRepository.fetch(url, commit, repository, GitServer.BRANCH));
            }
        };
    }

    /** Where a Git server says that somebody has pushed. */
    public String hookUrl(String namespace, String service) {
        return "http://" + cluster.address().getHostAddress() + ":" + git.port() + GitServer.HOOKS + "/" + namespace
                + "/" + service;
    }

    /** The name under which the image of a service is pushed. */
    public String imageOf(String namespace, String name) {
        return cluster.registry() + "/" + namespace + "/" + name;
    }

    /** Why a service could not run the image, as its revision would say; empty when it could. */
    public Optional<String> refusal(String namespace, String image) throws InterruptedException {
        var unreadable = ImageReference.error(image);
        if (unreadable.isPresent()) {
            return Optional.of("Failed to parse image reference: image: \"" + image + "\", error: " + unreadable.get());
        }
        var pod = new PodSpecBuilder()
                .addNewContainer()
                .withName("user-container")
                .withImage(image)
                .endContainer()
                .build();
        try (var registry =
                new Registry(servingConfig().registries(), () -> settings.get().deployment())) {
            return switch (new Digests(cluster.client(), registry).resolve(namespace, pod)) {
                case Digests.Result.Failed(String message) -> Optional.of(message);
                case Digests.Result.Resolved _ -> Optional.empty();
            };
        }
    }

    /** What the instance is, by name, for people. */
    public Map<String, String> facts() {
        return facts.byName();
    }

    InstanceFacts instance() {
        return facts;
    }

    @Override
    public void close() {
        parts.close();
    }
}
