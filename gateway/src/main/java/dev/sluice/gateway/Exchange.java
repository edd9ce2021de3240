package dev.sluice.gateway;

import dev.sluice.gateway.ResponseHeadWriter.Persistence;
import dev.sluice.gateway.balance.Destination;
import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.gateway.balance.Ticket;
import dev.sluice.gateway.http2.Http2;
import dev.sluice.gateway.trace.RequestTrace;
import dev.sluice.gateway.upstream.ConnectionPool;
import dev.sluice.gateway.upstream.UpstreamConnection;
import dev.sluice.gateway.wire.Answer;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.ClientChannel;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.HttpFault;
import dev.sluice.gateway.wire.OutputBuffer;
import dev.sluice.model.dataplane.RevisionSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to a pod and the answer on its way back. A connection uses the same one for all its requests.
 *
 * <pre>
 * enter gate -> (queue) -> connect -> head and body up -> head and body down -> leave gate
 *                 ^            |          |
 *                 +--refused---+   stale: a new connection, once
 * </pre>
 */
final class Exchange {
    private static final int UP_BYTES = 4 * 1024;
    private static final int DOWN_BYTES = 16 * 1024;
    private static final Duration FIXED_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration BODY_PATIENCE = Duration.ofMillis(250);
    private static final Duration REFUSAL_PATIENCE = Duration.ofMillis(10);
    private static final long TRUSTED_IDLE = Duration.ofSeconds(2).toNanos();
    private static final byte[][] REPEATABLE = {
        Ascii.bytes("GET"), Ascii.bytes("HEAD"), Ascii.bytes("OPTIONS"), Ascii.bytes("TRACE")
    };
    private static final byte[] HEAD_METHOD = Ascii.bytes("HEAD");

    private final ClientChannel client;
    private final ClientInput input;
    private final RequestHeadWriter headWriter;
    private final Http2 http2;
    private final BooleanSupplier draining;
    private final Ticket ticket = new Ticket();
    private final ExchangeGuard guard;
    private final RequestBody body;
    private final ResponseBody answerBody;
    private final OutputBuffer up = new OutputBuffer(UP_BYTES);
    private final OutputBuffer down = new OutputBuffer(DOWN_BYTES);
    private final Head answer = new Head();

    private int upHeadLength;
    private boolean toHead;
    private boolean http10;
    private boolean persistent;
    private boolean upgradeAsked;
    private boolean repeatable;
    private int status;
    private long statusNanos;
    /** What is to be sent has a part of the body in it, which is nowhere else any more. */
    private boolean bodyTaken;

    private boolean switched;
    private long waited;
    /** Where the request holds a place at a pod. */
    private @Nullable RevisionGate at;

    private boolean endedByClose;
    /** Null when the request is not traced. */
    private @Nullable RequestTrace trace;

    Exchange(
            ClientChannel client,
            ClientInput input,
            RequestHeadWriter headWriter,
            Http2 http2,
            BooleanSupplier draining) {
        this.client = client;
        this.input = input;
        this.headWriter = headWriter;
        this.http2 = http2;
        this.draining = draining;
        this.guard = new ExchangeGuard(client, input, ticket);
        this.body = new RequestBody(input, guard);
        this.answerBody = new ResponseBody(client, guard);
    }

    ExchangeGuard guard() {
        return guard;
    }

    /** Takes a parsed request; its bytes are not needed any more when this returns. */
    void prepare(Head head, byte[] host, int pathStart, @Nullable RequestTrace traced) {
        read(head);
        trace = traced;
        upgradeAsked = headWriter.write(head, host, pathStart, traced, up);
        upHeadLength = up.length();
        input.buffer().consume(head.length());
        body.begin(head.requestBody());
    }

    /** Takes a parsed request that will be answered here. */
    void prepareToAnswer(Head head) {
        read(head);
        input.buffer().consume(head.length());
        body.begin(head.requestBody());
    }

    private void read(Head head) {
        toHead = head.methodIs(HEAD_METHOD);
        http10 = head.http10();
        persistent = head.persistent();
        repeatable = head.requestBody() == 0 && (safe(head) || head.has(Field.IDEMPOTENCY_KEY));
        switched = false;
        status = 0;
        waited = -1;
        endedByClose = false;
        bodyTaken = false;
    }

    private static boolean safe(Head head) {
        for (var method : REPEATABLE) {
            if (head.methodIs(method)) {
                return true;
            }
        }
        return false;
    }

    /** Carries the prepared request out; whether the client's connection may carry another one. */
    boolean run(Destination destination) throws IOException {
        var ending = RequestTrace.Ending.CUT;
        try {
            boolean keep = switch (destination) {
                case Destination.Revision(var gate) -> throughGate(gate);
                case Destination.Fixed(var pool) -> direct(pool);
            };
            ending = RequestTrace.Ending.ANSWERED;
            return keep;
        } catch (Fault.ClientGone e) {
            ending = RequestTrace.Ending.CLIENT_GONE;
            throw e;
        } finally {
            if (trace != null) {
                trace.end(status, ending);
            }
        }
    }

    /** Answers the prepared request from here; whether the client's connection may carry another one. */
    boolean answer(Answer own) throws IOException {
        boolean keep = persistent && !draining.getAsBoolean() && body.skipBuffered(); // which its pump may be reading
        status = own.status();
        ResponseHeadWriter.own(own, persistence(keep), !toHead, down.clear());
        try {
            down.writeTo(client);
        } catch (IOException e) {
            throw new Fault.ClientGone("writing to the client: " + e.getMessage());
        }
        return keep;
    }

    /** Whether unread parts of the request are on their way, so that closing at once could cost the client the answer. */
    boolean unread() {
        return !body.complete();
    }

    /** Whether only a reset can tell the client that the answer was cut. */
    boolean endedByClose() {
        return endedByClose;
    }

    private boolean throughGate(RevisionGate gate) throws IOException {
        var settings = gate.settings();
        guard.begin(gate, settings, System.nanoTime());
        if (trace != null) {
            trace.leadsTo(gate.revision());
        }
        try {
            var entry = gate.enter(ticket);
            while (true) {
                switch (entry) {
                    case OVERFLOW -> {
                        return answer(Answer.QUEUE_FULL);
                    }
                    case QUEUED -> {
                        if (trace != null) {
                            trace.waits();
                        }
                        switch (gate.await(ticket, guard.deadline())) {
                            case TIMED_OUT -> {
                                return answer(Answer.ACTIVATION_TIMEOUT);
                            }
                            case CANCELLED -> throw new Fault.ClientGone("gone while waiting");
                            case AT_POD -> {
                                // go on
                            }
                        }
                    }
                    case AT_POD -> {
                        // go on
                    }
                }
                var result = atPod(gate, settings);
                if (result != null) {
                    return result;
                }
                entry = gate.refused(ticket);
            }
        } finally {
            guard.finish();
        }
    }

    /** Null when the pod refused the connection: nothing was sent and the ticket still stands at that pod. */
    private @Nullable Boolean atPod(RevisionGate gate, RevisionSettings settings) throws IOException {
        boolean refused = false;
        try {
            waited = ticket.waitedNanos() > 0 ? ticket.waitedNanos() : -1;
            at = gate;
            return onPool(ticket.pod().pool(), settings.h2c(), settings.responseStartTimeout());
        } catch (Refused _) {
            refused = true;
            guard.detach(); // it may wait now as long as others
            if (trace != null) {
                trace.refused();
            }
            return null;
        } finally {
            if (refused) {
                at = null;
            } else {
                leave();
            }
        }
    }

    /** Frees the place at the pod, once: as soon as the pod has nothing more to do for it. */
    private void leave() {
        var gate = at;
        if (gate != null) {
            at = null;
            gate.leave(ticket, status, (switched ? statusNanos : System.nanoTime()) - ticket.dispatched());
        }
    }

    /**
     * The whole answer is here: whoever reads it to its end may ask again at once and finds the place free. A request that waits already
     * gets the place when the connection is free too: a pod with a limit of one may serve only one.
     */
    private void whole() {
        if (body.complete() && at != null && !at.hasWaiting()) {
            leave();
        }
    }

    private boolean direct(ConnectionPool pool) throws IOException {
        guard.begin(FIXED_TIMEOUT, System.nanoTime());
        try {
            return onPool(pool, false, null);
        } catch (Refused e) {
            return answer(Answer.badGateway("connecting upstream: " + e.getMessage()));
        } finally {
            guard.finish();
        }
    }

    /** Nothing could be sent. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(@Nullable String message) {
            super(message, null, false, false);
        }
    }

    private boolean onPool(ConnectionPool pool, boolean h2c, @Nullable Duration answerTimeout)
            throws IOException, Refused {
        if (trace != null) {
            trace.proxied(pool.address());
        }
        var connection = repeatable ? pool.take() : pool.takeLively(System.nanoTime() - TRUSTED_IDLE);
        while (true) {
            if (connection == null) {
                connection = connect(pool, h2c);
            }
            boolean reusable = false;
            try {
                guard.attach(connection, answerTimeout);
                send(connection);
                boolean keep = receive(connection);
                reusable = reusable(connection);
                return keep;
            } catch (Fault.Stale _) {
                connection.close();
                connection = null;
            } catch (Fault.ClientGone e) {
                status = guard.ending() == ExchangeGuard.Ending.TIMED_OUT ? 504 : 0;
                throw e;
            } catch (IOException e) {
                return failed(e.getMessage());
            } catch (HttpFault e) {
                return failed(e.getMessage());
            } finally {
                if (connection != null) {
                    if (reusable && guard.detach()) {
                        pool.giveBack(connection, System.nanoTime());
                    } else {
                        connection.close();
                    }
                }
            }
        }
    }

    private UpstreamConnection connect(ConnectionPool pool, boolean h2c) throws IOException, Refused {
        try {
            return h2c ? http2.connect(pool) : pool.connect();
        } catch (IOException e) {
            if (guard.ending() == ExchangeGuard.Ending.CLIENT_GONE) {
                throw new Fault.ClientGone("gone while connecting");
            }
            throw new Refused(e.getMessage());
        }
    }

    private void send(UpstreamConnection connection) throws IOException, HttpFault {
        if (!bodyTaken) {
            up.keep(upHeadLength);
            if (trace != null) {
                RequestHeadWriter.trace(trace, up);
            }
            bodyTaken = body.takeBuffered(up);
        }
        try {
            up.writeTo(connection.channel());
        } catch (IOException e) {
            if (connection.reused() && repeatable && guard.ending() == ExchangeGuard.Ending.NONE) {
                throw new Fault.Stale();
            }
            return; // perhaps it answered before it closed
        }
        if (!body.complete()) {
            body.pumpTo(connection.channel());
        }
    }

    private boolean receive(UpstreamConnection connection) throws IOException, HttpFault, Refused {
        readHead(connection);
        while (answer.status() < 200 && answer.status() != 101) {
            if (!http10) {
                ResponseHeadWriter.informational(answer, down.clear());
                writeDown();
            }
            connection.input().consume(answer.length());
            readHead(connection);
        }
        status = answer.status();
        statusNanos = System.nanoTime();
        if (trace != null) {
            trace.podAnswers(status);
        }
        if (status == 101) {
            return tunnel(connection);
        }
        guard.answering();
        long length = answer.responseBody(toHead);
        boolean unchunk = length == Head.CHUNKED && http10;
        endedByClose = unchunk || length == Head.UNTIL_CLOSE;
        boolean keep = persistent && !unchunk && length != Head.UNTIL_CLOSE && !draining.getAsBoolean();
        // a refusal in the middle of a request: its client is told that the connection ends, and may stop sending
        keep &= status < 300 || (body.settled(REFUSAL_PATIENCE) && body.complete());
        boolean chunkedHead = answer.chunked() && !http10 && (toHead || length == Head.CHUNKED);
        ResponseHeadWriter.relay(answer, persistence(keep), chunkedHead, waited, down.clear());
        connection.input().consume(answer.length());
        return answerBody.send(down, connection, length, unchunk, this::whole)
                && keep
                && body.settled(BODY_PATIENCE)
                && body.complete();
    }

    private void readHead(UpstreamConnection connection) throws IOException, HttpFault, Refused {
        var buffer = connection.input();
        int length;
        while ((length = connection.parser().complete(buffer)) == 0) {
            int read;
            try {
                read = connection.fill();
            } catch (IOException _) {
                read = -1;
            }
            if (read < 0) {
                if (buffer.available() == 0
                        && connection.reused()
                        && repeatable
                        && guard.ending() == ExchangeGuard.Ending.NONE) {
                    throw new Fault.Stale();
                }
                if (connection.hasSentNothing() && body.passedOn() && guard.ending() == ExchangeGuard.Ending.NONE) {
                    throw new Refused("connecting anew");
                }
                throw new Fault.UpstreamFailed("the pod closed the connection before it answered");
            }
            guard.touch();
        }
        connection.parser().response(buffer, length, answer);
    }

    private boolean tunnel(UpstreamConnection connection) throws IOException {
        if (!upgradeAsked) {
            throw new Fault.UpstreamFailed("the pod switched protocols unasked");
        }
        if (!body.settled(BODY_PATIENCE) || !body.complete()) {
            throw new Fault.UpstreamFailed("the pod switched protocols before it had the request");
        }
        guard.tunnelling();
        guard.answering();
        switched = true;
        ResponseHeadWriter.informational(answer, down.clear());
        connection.input().consume(answer.length());
        writeDown();
        Tunnel.relay(client, input, connection, guard);
        return false;
    }

    /** Says what went wrong where that is still possible. */
    private boolean failed(@Nullable String message) throws IOException {
        if (guard.isAnswering()) {
            throw new Fault.UpstreamFailed(message == null ? "the answer was cut" : message);
        }
        var fault = body.fault();
        persistent = false;
        return switch (guard.ending()) {
            case TIMED_OUT -> answer(Answer.REQUEST_TIMEOUT);
            case CLIENT_GONE -> throw new Fault.ClientGone("gone while its request was under way");
            case NONE ->
                answer(
                        fault != null
                                ? Answer.refused(fault.status(), String.valueOf(fault.getMessage()))
                                : Answer.badGateway(String.valueOf(message)));
        };
    }

    private void writeDown() throws IOException {
        try {
            down.writeTo(client);
        } catch (IOException e) {
            throw new Fault.ClientGone("writing to the client: " + e.getMessage());
        }
    }

    private boolean reusable(UpstreamConnection connection) {
        return !switched
                && answer.persistent()
                && answer.responseBody(toHead) != Head.UNTIL_CLOSE
                && body.complete()
                && connection.input().available() == 0;
    }

    private Persistence persistence(boolean keep) {
        if (!keep) {
            return Persistence.CLOSED;
        }
        return http10 ? Persistence.KEPT_ALOUD : Persistence.KEPT;
    }
}
