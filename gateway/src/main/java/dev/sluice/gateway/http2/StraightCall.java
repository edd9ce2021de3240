package dev.sluice.gateway.http2;

import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.gateway.balance.RevisionGate.Entry;
import dev.sluice.gateway.balance.RevisionGate.Wait;
import dev.sluice.gateway.balance.Ticket;
import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.trace.RequestTrace.Ending;
import dev.sluice.gateway.wire.Answer;
import dev.sluice.model.dataplane.RevisionSettings;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A call from an HTTP/2 client to a pod that speaks it: frame by frame, windows and resets from end to end.
 *
 * <pre>
 * enter gate -> (queue) -> connection of this loop -> frames both ways -> leave gate at the end of the answer
 *                 ^               |
 *                 +----refused----+
 * </pre>
 */
final class StraightCall extends ClientStream implements PodAnswer, LoopState.Waiting {
    private enum State {
        QUEUED,
        CONNECTING,
        AT_POD,
        DONE
    }

    /** Times that a call is sent once more after a pod has refused its stream. */
    private static final int MOST_AGAIN = 2;

    private static final long FOREVER = Duration.ofDays(3650).toNanos();

    private record Held(ByteBuf data, int flow, boolean end) {}

    private final RevisionGate gate;
    private final RevisionSettings settings;
    private final Ticket ticket = new Ticket();
    private final Http2Headers request;
    private final boolean toHead;
    private final long deadline;
    private final long idleNanos;
    /** What the client has sent before there was a pod: at most its window. */
    private final ArrayDeque<Held> held = new ArrayDeque<>(1);

    private State state = State.QUEUED;
    private @Nullable Http2Headers requestTrailers;
    private @Nullable PodStream pod;
    private boolean requestEnded;
    private boolean bodySent;
    private int again;
    private boolean headSent;
    private boolean left;
    private int status;
    private long answerDeadline;
    private long lastByte;
    /** Null when the call is not traced, or has ended. */
    private @Nullable RequestTrace trace;

    StraightCall(ClientEndpoint client, int id, RevisionGate gate, Http2Headers request, boolean end) {
        super(client, id);
        this.gate = gate;
        this.settings = gate.settings();
        this.request = request;
        this.requestEnded = end;
        this.toHead = "HEAD".contentEquals(Heads.text(request.method()));
        this.lastByte = System.nanoTime();
        this.deadline = lastByte + nanos(settings.timeout());
        this.idleNanos = settings.idleTimeout() == null ? 0 : nanos(settings.idleTimeout());
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(365)) > 0 ? FOREVER : duration.toNanos();
    }

    void begin() {
        var tracer = client.http2().tracing().tracer();
        if (tracer != null) {
            var traced = tracer.begin(Heads.traced(request, client.origin()));
            traced.leadsTo(gate.revision());
            trace = traced;
        }
        Heads.toPod(request, client.forwarding());
        ticket.onMove(() -> client.loop.loop().execute(this::moved));
        entered(gate.enter(ticket));
    }

    private void entered(Entry entry) {
        switch (entry) {
            case OVERFLOW -> {
                left = true;
                finish(Answer.QUEUE_FULL);
            }
            case QUEUED -> {
                state = State.QUEUED;
                if (trace != null) {
                    trace.waits();
                }
            }
            case AT_POD -> connect();
        }
    }

    private void moved() {
        if (state == State.QUEUED && ticket.atPod()) {
            connect();
            client.loop.flush();
        }
    }

    private void connect() {
        state = State.CONNECTING;
        if (trace != null) {
            trace.proxied(ticket.pod().pool().address());
        }
        client.loop.connect(ticket.pod().pool(), this);
    }

    @Override
    public void refused(Throwable why) {
        if (state == State.CONNECTING) {
            if (trace != null) {
                trace.refused();
            }
            entered(gate.refused(ticket));
        }
    }

    @Override
    public void connected(PodConnection connection) {
        if (state != State.CONNECTING) {
            return;
        }
        state = State.AT_POD;
        lastByte = System.nanoTime();
        answerDeadline = settings.responseStartTimeout() == null
                ? lastByte + FOREVER
                : lastByte + nanos(settings.responseStartTimeout());
        if (trace != null) {
            Heads.trace(request, trace);
        }
        var stream = connection.open(request, requestEnded && held.isEmpty() && requestTrailers == null, this);
        pod = stream;
        for (var part = held.poll(); part != null && state == State.AT_POD; part = held.poll()) {
            send(stream, part.data(), part.flow(), part.end());
        }
        if (requestTrailers != null && state == State.AT_POD) {
            bodySent = true;
            stream.trailers(requestTrailers);
        }
    }

    private void send(PodStream stream, ByteBuf data, int flow, boolean end) {
        bodySent = true;
        stream.data(data, end, () -> client.consumed(id, flow));
    }

    @Override
    void data(ByteBuf data, int flow, boolean end) {
        requestEnded |= end;
        touch();
        if (state == State.DONE) {
            data.release();
            client.consumed(id, flow);
        } else if (pod != null) {
            send(pod, data, flow, end);
        } else {
            held.add(new Held(data, flow, end));
        }
    }

    @Override
    void trailers(Http2Headers trailers) {
        requestEnded = true;
        if (pod != null && state == State.AT_POD) {
            bodySent = true;
            pod.trailers(trailers);
        } else {
            requestTrailers = trailers;
        }
    }

    @Override
    void gone(long code) {
        switch (state) {
            case QUEUED -> {
                if (!gate.cancel(ticket)) {
                    leave(0); // it had just been let through
                }
                left = true;
            }
            case CONNECTING -> leave(0);
            case AT_POD -> {
                if (pod != null) {
                    pod.reset(code);
                }
                leave(headSent ? status : 0);
            }
            case DONE -> {
                // both sides know
            }
        }
        ended(headSent ? status : 0, Ending.CLIENT_GONE);
        done();
    }

    @Override
    public void headers(Http2Headers headers, boolean end) {
        touch();
        int code = Heads.status(headers);
        if (!headSent && code >= 100 && code < 200 && !end) {
            answerHead(headers, false);
            return;
        }
        if (!headSent) {
            headSent = true;
            status = code;
            if (trace != null) {
                trace.podAnswers(code);
            }
            Heads.toClient(headers, ticket.waitedNanos());
        }
        answerHead(headers, end);
        if (end) {
            answered();
        }
    }

    @Override
    public void data(ByteBuf data, int flow, boolean end, PodStream from) {
        touch();
        answerData(data, end, () -> from.consumed(flow));
        if (end) {
            answered();
        }
    }

    private void answered() {
        given(deadline);
        leave(status);
        ended(status, Ending.ANSWERED);
        if (requestEnded) {
            done();
        }
    }

    @Override
    public void gone(long code, boolean lost) {
        if (state == State.DONE) {
            return;
        }
        if (code == Http2Error.REFUSED_STREAM.code() && !lost && repeatable()) {
            again++;
            pod = null;
            connect(); // the pod has said that it did nothing: it takes fewer calls at once than were waiting for it
            return;
        }
        boolean answeredWhole = left;
        leave(headSent ? status : 502);
        if (answeredWhole) {
            done();
            wantNoMore();
        } else if (!headSent && lost) {
            finish(Answer.badGateway("the pod closed the connection before it answered"));
        } else {
            ended(status, Ending.CUT);
            done();
            client.reset(id, code);
        }
    }

    /** Whether all that was sent to the pod is still here. */
    private boolean repeatable() {
        return !headSent && !bodySent && again < MOST_AGAIN;
    }

    @Override
    void sweep(long now) {
        switch (state) {
            case QUEUED -> {
                if (now - deadline > 0 && gate.settle(ticket) == Wait.TIMED_OUT) {
                    left = true;
                    finish(Answer.ACTIVATION_TIMEOUT);
                }
            }
            case AT_POD -> {
                boolean late = now - deadline > 0
                        || (!headSent && now - answerDeadline > 0)
                        || (idleNanos > 0 && now - lastByte > idleNanos);
                if (late) {
                    timedOut();
                }
            }
            case CONNECTING, DONE -> {
                // connecting has a limit of its own
            }
        }
    }

    private void timedOut() {
        if (pod != null) {
            pod.reset(Http2Error.CANCEL.code());
        }
        leave(headSent ? status : 504);
        if (headSent) {
            ended(status, Ending.CUT);
            done();
            client.reset(id, Http2Error.CANCEL.code());
        } else {
            finish(Answer.REQUEST_TIMEOUT);
        }
    }

    private void finish(Answer answer) {
        boolean whole = requestEnded;
        ended(answer.status(), Ending.ANSWERED);
        done();
        own(answer, toHead, whole);
    }

    private void ended(int code, Ending ending) {
        if (trace != null) {
            trace.end(code, ending);
            trace = null;
        }
    }

    private void leave(int code) {
        if (!left) {
            left = true;
            gate.leave(ticket, code, System.nanoTime() - ticket.dispatched());
        }
    }

    private void done() {
        state = State.DONE;
        for (var part = held.poll(); part != null; part = held.poll()) {
            part.data().release();
            client.consumed(id, part.flow());
        }
    }

    private void touch() {
        if (idleNanos > 0) {
            lastByte = System.nanoTime();
        }
    }
}
