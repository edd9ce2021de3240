package dev.sluice.app.grpc;

import dev.sluice.activities.build.BuildLogs;
import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import dev.sluice.protos.v1.BuildLogLine;
import dev.sluice.protos.v1.BuildLogRequest;
import dev.sluice.protos.v1.BuildsGrpc;
import dev.sluice.protos.v1.CancelBuildRequest;
import dev.sluice.protos.v1.CancelBuildResponse;
import dev.sluice.protos.v1.GetBuildRequest;
import dev.sluice.protos.v1.ListBuildsRequest;
import dev.sluice.protos.v1.ListBuildsResponse;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;

/** {@code sluice.v1.Builds}. */
final class BuildsService extends BuildsGrpc.BuildsImplBase {
    private static final String GROUP = "build.knative.dev";

    private final KubernetesClient client;
    private final BuildLogs logs;

    BuildsService(KubernetesClient client, BuildLogs logs) {
        this.client = client;
        this.logs = logs;
    }

    @Override
    public void list(ListBuildsRequest request, StreamObserver<ListBuildsResponse> observer) {
        Replies.answer(observer, () -> {
            require("list", "builds", request.getNamespace(), "");
            var builds = client.resources(Build.class);
            var found = request.getNamespace().isEmpty()
                    ? builds.inAnyNamespace().list()
                    : builds.inNamespace(request.getNamespace()).list();
            var response = ListBuildsResponse.newBuilder();
            found.getItems().stream()
                    .sorted(Comparator.comparing(
                                    (Build build) -> build.getMetadata().getCreationTimestamp())
                            .reversed())
                    .map(BuildsService::message)
                    .forEach(response::addBuilds);
            return response.build();
        });
    }

    @Override
    public void get(GetBuildRequest request, StreamObserver<dev.sluice.protos.v1.Build> observer) {
        Replies.answer(observer, () -> {
            require("get", "builds", request.getNamespace(), request.getName());
            var build = build(request.getNamespace(), request.getName()).get();
            if (build == null) {
                throw missing(request.getNamespace(), request.getName());
            }
            return message(build);
        });
    }

    @Override
    public void log(BuildLogRequest request, StreamObserver<BuildLogLine> observer) {
        try {
            require("get", "builds/log", request.getNamespace(), request.getName());
        } catch (RuntimeException e) { // a boundary: every failure is answered
            observer.onError(Replies.status(e));
            return;
        }
        var flow = new LogFlow((ServerCallStreamObserver<BuildLogLine>) observer);
        // the call's own thread has to stay free to hear that its caller takes more, or went away
        Thread.ofVirtual().name("build-log").start(() -> send(request, flow));
    }

    private void send(BuildLogRequest request, LogFlow flow) {
        try {
            if (!logs.read(request.getNamespace(), request.getName(), request.getFollow(), flow::send)) {
                throw missing(request.getNamespace(), request.getName());
            }
            flow.end();
        } catch (IOException e) {
            flow.fail(Status.UNAVAILABLE
                    .withDescription("reading the log of build " + request.getName() + ": " + e.getMessage())
                    .asRuntimeException());
        } catch (RuntimeException e) { // a boundary: every failure is answered
            flow.fail(Replies.status(e));
        }
    }

    @Override
    public void cancel(CancelBuildRequest request, StreamObserver<CancelBuildResponse> observer) {
        Replies.answer(observer, () -> {
            require("patch", "builds", request.getNamespace(), request.getName());
            build(request.getNamespace(), request.getName())
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"Status\":\"" + BuildSpec.CANCELLED + "\"}}");
            return CancelBuildResponse.getDefaultInstance();
        });
    }

    private Resource<Build> build(String namespace, String name) {
        return client.resources(Build.class).inNamespace(namespace).withName(name);
    }

    private void require(String verb, String resource, String namespace, String name) {
        new Permission(verb, GROUP, resource, namespace, name).require(client);
    }

    private static StatusRuntimeException missing(String namespace, String name) {
        return Status.NOT_FOUND
                .withDescription("no Build " + name + " in namespace " + namespace)
                .asRuntimeException();
    }

    private static dev.sluice.protos.v1.Build message(Build build) {
        var status = build.getStatus();
        var message = dev.sluice.protos.v1.Build.newBuilder()
                .setNamespace(build.getMetadata().getNamespace())
                .setName(build.getMetadata().getName())
                .setUid(build.getMetadata().getUid())
                .setSucceeded("Unknown")
                .addAllStepsCompleted(status.stepsCompleted());
        status.succeeded()
                .ifPresent(condition -> message.setSucceeded(condition.status())
                        .setReason(Objects.requireNonNullElse(condition.reason(), ""))
                        .setMessage(Objects.requireNonNullElse(condition.message(), "")));
        if (status.startTime() != null) {
            message.setStarted(Times.of(Instant.parse(status.startTime())));
        }
        if (status.completionTime() != null) {
            message.setCompleted(Times.of(Instant.parse(status.completionTime())));
        }
        var cluster = status.cluster();
        if (cluster != null && cluster.podName() != null) {
            message.setPod(cluster.podName());
        }
        return message.build();
    }
}
