package dev.sluice.app.grpc;

import dev.sluice.buses.bus.BusException;
import dev.sluice.serving.rollout.Rollouts;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.failure.ApplicationFailure;
import java.net.HttpURLConnection;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a call, and the one place where what went wrong becomes a gRPC status. */
final class Replies {
    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    static <A> void answer(StreamObserver<A> observer, Supplier<A> work) {
        try {
            observer.onNext(work.get());
            observer.onCompleted();
        } catch (RuntimeException e) { // a boundary: every failure is answered
            observer.onError(status(e));
        }
    }

    static StatusRuntimeException status(RuntimeException e) {
        return switch (e) {
            case StatusRuntimeException known -> known;
            case WorkflowNotFoundException gone ->
                Status.NOT_FOUND
                        .withDescription("there is no " + gone.getExecution().getWorkflowId())
                        .asRuntimeException();
            case WorkflowException failed ->
                Status.FAILED_PRECONDITION.withDescription(words(failed)).asRuntimeException();
            case Rollouts.RefusedException refused ->
                Status.FAILED_PRECONDITION.withDescription(refused.getMessage()).asRuntimeException();
            case KubernetesClientException cluster -> ofCluster(cluster);
            case BusException away ->
                Status.UNAVAILABLE.withDescription(away.getMessage()).asRuntimeException();
            default -> {
                LOG.atError().setCause(e).log("a call failed");
                yield Status.INTERNAL.withDescription(e.toString()).asRuntimeException();
            }
        };
    }

    private static StatusRuntimeException ofCluster(KubernetesClientException e) {
        var said = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
        var status = switch (e.getCode()) {
            case HttpURLConnection.HTTP_NOT_FOUND -> Status.NOT_FOUND;
            case HttpURLConnection.HTTP_BAD_REQUEST, 422 -> Status.INVALID_ARGUMENT;
            case HttpURLConnection.HTTP_CONFLICT -> Status.ABORTED;
            default -> Status.UNAVAILABLE;
        };
        return status.withDescription(said).asRuntimeException();
    }

    private static String words(WorkflowException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure failure) {
                return failure.getOriginalMessage();
            }
        }
        return String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }

    private Replies() {}
}
