package dev.sluice.app.grpc;

import dev.sluice.protos.v1.BuildLogLine;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;

/** Sends lines no faster than the caller takes them: a slow reader must not fill our memory. Its monitor guards the stream. */
final class LogFlow {
    private final ServerCallStreamObserver<BuildLogLine> observer;

    LogFlow(ServerCallStreamObserver<BuildLogLine> observer) {
        this.observer = observer;
        observer.setOnReadyHandler(this::wake);
        observer.setOnCancelHandler(this::wake);
    }

    /** Throws CANCELLED when the caller went away. */
    synchronized void send(String line) {
        try {
            while (!observer.isReady()) {
                if (observer.isCancelled()) {
                    throw Status.CANCELLED.asRuntimeException();
                }
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.asRuntimeException();
        }
        observer.onNext(BuildLogLine.newBuilder().setLine(line).build());
    }

    synchronized void end() {
        if (!observer.isCancelled()) {
            observer.onCompleted();
        }
    }

    synchronized void fail(StatusRuntimeException status) {
        if (!observer.isCancelled()) {
            observer.onError(status);
        }
    }

    private synchronized void wake() {
        notifyAll();
    }
}
