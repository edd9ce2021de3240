package dev.sluice.app.grpc;

import dev.sluice.protos.v1.RolloutRequest;
import dev.sluice.protos.v1.RolloutState;
import dev.sluice.protos.v1.RolloutStatus;
import dev.sluice.protos.v1.RolloutsGrpc;
import dev.sluice.protos.v1.TrafficShare;
import dev.sluice.protos.v1.UndoRequest;
import dev.sluice.serving.rollout.Rollouts;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;

/** {@code sluice.v1.Rollouts}. */
final class RolloutsService extends RolloutsGrpc.RolloutsImplBase {
    private final Rollouts rollouts;
    private final KubernetesClient client;

    RolloutsService(Rollouts rollouts, KubernetesClient client) {
        this.rollouts = rollouts;
        this.client = client;
    }

    @Override
    public void status(RolloutRequest request, StreamObserver<RolloutStatus> observer) {
        Replies.answer(observer, () -> {
            require("get", request.getNamespace(), request.getService());
            return message(rollouts.status(request.getNamespace(), request.getService()));
        });
    }

    @Override
    public void promote(RolloutRequest request, StreamObserver<RolloutState> observer) {
        act(request, observer, rollouts::promote);
    }

    @Override
    public void pause(RolloutRequest request, StreamObserver<RolloutState> observer) {
        act(request, observer, rollouts::pause);
    }

    @Override
    public void resume(RolloutRequest request, StreamObserver<RolloutState> observer) {
        act(request, observer, rollouts::resume);
    }

    @Override
    public void abort(RolloutRequest request, StreamObserver<RolloutState> observer) {
        act(request, observer, rollouts::abort);
    }

    @Override
    public void retry(RolloutRequest request, StreamObserver<RolloutState> observer) {
        act(request, observer, rollouts::retry);
    }

    @Override
    public void undo(UndoRequest request, StreamObserver<RolloutState> observer) {
        Replies.answer(observer, () -> {
            require("update", request.getNamespace(), request.getService());
            var revision = Optional.of(request.getRevision()).filter(name -> !name.isEmpty());
            return message(rollouts.undo(request.getNamespace(), request.getService(), revision));
        });
    }

    private void act(
            RolloutRequest request,
            StreamObserver<RolloutState> observer,
            BiFunction<String, String, dev.sluice.workflows.rollout.RolloutState> what) {
        Replies.answer(observer, () -> {
            require("update", request.getNamespace(), request.getService());
            return message(what.apply(request.getNamespace(), request.getService()));
        });
    }

    private void require(String verb, String namespace, String service) {
        new Permission(verb, "serving.knative.dev", "services", namespace, service).require(client);
    }

    private static RolloutState message(dev.sluice.workflows.rollout.RolloutState state) {
        return RolloutState.newBuilder()
                .setPhase(state.phase().label())
                .setMessage(state.message())
                .build();
    }

    private static RolloutStatus message(Rollouts.Status status) {
        var message = RolloutStatus.newBuilder();
        var rollout = status.rollout();
        if (rollout != null) {
            message.setPhase(Objects.requireNonNullElse(rollout.phase(), ""))
                    .setMessage(Objects.requireNonNullElse(rollout.message(), ""));
        }
        for (var target : status.traffic()) {
            message.addTraffic(TrafficShare.newBuilder()
                    .setRevision(Objects.requireNonNullElse(target.revisionName(), ""))
                    .setPercent(target.share())
                    .setTag(Objects.requireNonNullElse(target.tag(), ""))
                    .setUrl(Objects.requireNonNullElse(target.url(), "")));
        }
        return message.build();
    }
}
