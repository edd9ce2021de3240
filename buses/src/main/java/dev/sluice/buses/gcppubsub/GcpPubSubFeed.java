package dev.sluice.buses.gcppubsub;

import com.google.api.gax.rpc.ApiException;
import com.google.api.gax.rpc.ClientStream;
import com.google.api.gax.rpc.ResponseObserver;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.api.gax.rpc.StreamController;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusException;
import dev.sluice.buses.codec.BadEventException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The stream of one subscription, opened again whenever it ends, and what came by it and is not acknowledged: its deadline is
 * extended until it is. An acknowledgement outlives the stream; what comes again while it is held here is not given twice.
 */
final class GcpPubSubFeed implements Bus.Feed {
    private static final Logger LOG = LoggerFactory.getLogger(GcpPubSubFeed.class);

    /** HeldEvent without acknowledgement. */
    static final int MOST = 256;

    /** After a kill, what was given comes again when this is over. */
    static final int DEADLINE_SECONDS = 20;

    private static final long EXTEND_MILLIS = 6_000;
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    /** Nothing came although there was room: what was published has come, or was another client's to take. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long MOST_BYTES = 64 << 20;
    private static final long LONGEST_END_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GcpPubSubLink link;
    private final String subscription;
    private final String stampPrefix;
    private final Runnable passedOver;
    private final Acknowledgements acknowledgements;
    private final String client = UUID.randomUUID().toString();
    private final Thread keeper;
    // all guarded by this
    private final Map<String, HeldEvent> held = new LinkedHashMap<>();
    private final Deque<HeldEvent> ready = new ArrayDeque<>();
    private int taken;
    private @Nullable Stream stream;
    private boolean closed;
    /** Published by this process and not yet come. */
    private int ahead;

    private long lastHeard = System.nanoTime();

    /**
     * @param stampPrefix of what this process publishes
     * @param passedOver told of each message that holds no event
     */
    GcpPubSubFeed(GcpPubSubLink link, String subscription, String stampPrefix, Runnable passedOver) {
        this.link = link;
        this.passedOver = passedOver;
        this.subscription = subscription;
        this.stampPrefix = stampPrefix;
        this.acknowledgements = new Acknowledgements(link, subscription);
        this.keeper = Thread.ofVirtual().name("feed of " + subscription).unstarted(this::keep);
    }

    void start() {
        keeper.start();
    }

    private void keep() {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (!isClosed()) {
                if (link.trouble().isEmpty()) {
                    pause = stream() ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                }
                await(pause);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it was of use. */
    private boolean stream() throws InterruptedException {
        try {
            var opened = new Stream();
            opened.open();
            return opened.stay();
        } catch (RuntimeException | Error e) { // the subscription must not end by it, whatever it is
            LOG.atError()
                    .addKeyValue("subscription", subscription)
                    .setCause(e)
                    .log("a stream failed; another is opened");
            return false;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void await(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; !closed && left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
            wait(left);
        }
    }

    private void extend(int seconds) {
        List<String> ids;
        synchronized (this) {
            ids = held.values().stream()
                    .filter(given -> !given.done)
                    .map(given -> given.ackId)
                    .toList();
        }
        if (ids.isEmpty()) {
            return;
        }
        try {
            var _ = link.subscriber()
                    .modifyAckDeadlineCallable()
                    .call(ModifyAckDeadlineRequest.newBuilder()
                            .setSubscription(subscription)
                            .addAllAckIds(ids)
                            .setAckDeadlineSeconds(seconds)
                            .build());
        } catch (ApiException e) {
            LOG.atDebug()
                    .addKeyValue("subscription", subscription)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("deadlines were not changed; what is late comes again and is held already");
        }
    }

    private synchronized void arrived(Stream from, StreamingPullResponse response) {
        lastHeard = System.nanoTime();
        for (var message : response.getReceivedMessagesList()) {
            arrived(message);
        }
        from.waits = false;
        from.askForMore();
        notifyAll();
    }

    private void arrived(ReceivedMessage received) {
        var message = received.getMessage();
        var stamp = PubSubMessages.stamp(message)
                .orElseGet(
                        () -> subscription.substring(subscription.lastIndexOf('/') + 1) + " " + message.getMessageId());
        if (stamp.startsWith(stampPrefix) && ahead > 0) {
            ahead--;
        }
        var known = held.get(stamp);
        if (known != null) {
            known.ackId = received.getAckId();
            return;
        }
        try {
            var given = new HeldEvent(this, stamp, received.getAckId(), PubSubMessages.event(message));
            held.put(stamp, given);
            ready.add(given);
        } catch (BadEventException | RuntimeException e) { // whatever it is, the ones behind it must come
            LOG.atWarn()
                    .addKeyValue("subscription", subscription)
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("a message that holds no event is passed over");
            passedOver.run();
            var _ = acknowledgements.add(received.getAckId());
        }
    }

    CompletableFuture<Void> acknowledge(HeldEvent given) {
        String ackId;
        synchronized (this) {
            if (closed || !given.equals(held.get(given.stamp()))) {
                return CompletableFuture.failedFuture(
                        new BusException("the event is no longer held for " + subscription + "; it comes again"));
            }
            ackId = given.ackId;
            given.done = true;
        }
        return acknowledgements.add(ackId).whenComplete((_, _) -> release(given));
    }

    /** Acknowledged; or not, then its deadline passes and it comes again. */
    private synchronized void release(HeldEvent given) {
        if (held.remove(given.stamp(), given)) {
            taken--;
            if (stream != null) {
                stream.askForMore();
            }
            notifyAll();
        }
    }

    @Override
    public synchronized Bus.Delivery take() throws InterruptedException {
        while (ready.isEmpty() || taken >= MOST) {
            wait();
        }
        taken++;
        return ready.remove();
    }

    /** Before they are sent, so that they are counted at every moment; taken back when they were refused. */
    synchronized void published(int count) {
        ahead = Math.max(0, ahead + count);
        lastHeard = System.nanoTime();
    }

    /** What the service holds back is unknown, except for what this process published. */
    synchronized int pending() {
        boolean quiet = stream != null && held.size() < MOST && System.nanoTime() - lastHeard > QUIET_NANOS;
        if (quiet) {
            ahead = 0;
        }
        return held.size() + ahead;
    }

    /** What was given and not acknowledged goes back to the service. */
    void close() {
        Optional<Stream> last;
        synchronized (this) {
            closed = true;
            last = Optional.ofNullable(stream);
            notifyAll();
        }
        last.ifPresent(Stream::end);
        keeper.interrupt();
        try {
            keeper.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (link.trouble().isEmpty()) {
            acknowledgements.await();
            extend(0);
        }
    }

    /** One streaming pull. A response is asked for only while there is room for more. */
    private final class Stream implements ResponseObserver<StreamingPullResponse> {
        private final List<Throwable> end = new ArrayList<>(1); // guarded by the feed
        private volatile @Nullable StreamController controller;
        private volatile @Nullable ClientStream<StreamingPullRequest> requests;
        /** A response was asked for. Guarded by the feed. */
        private boolean waits;

        private boolean over; // guarded by the feed

        void open() {
            synchronized (GcpPubSubFeed.this) {
                stream = this;
            }
            try {
                var opened = link.subscriber().streamingPullCallable().splitCall(this);
                opened.send(StreamingPullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setStreamAckDeadlineSeconds(DEADLINE_SECONDS)
                        .setMaxOutstandingMessages(MOST)
                        .setMaxOutstandingBytes(MOST_BYTES)
                        .setClientId(client)
                        .build());
                requests = opened;
            } catch (RuntimeException e) {
                onError(e);
            }
        }

        /** Until it ends, with the deadlines extended meanwhile; whether it was of use. */
        boolean stay() throws InterruptedException {
            long began = System.nanoTime();
            long extended = began;
            try {
                while (true) {
                    synchronized (GcpPubSubFeed.this) {
                        if (over || link.trouble().isPresent()) {
                            break;
                        }
                        GcpPubSubFeed.this.wait(1_000);
                    }
                    if (System.nanoTime() - extended > TimeUnit.MILLISECONDS.toNanos(EXTEND_MILLIS)) {
                        extended = System.nanoTime();
                        extend(DEADLINE_SECONDS);
                    }
                }
            } finally {
                synchronized (GcpPubSubFeed.this) {
                    stream = null;
                }
                cancel();
            }
            told();
            return System.nanoTime() - began > QUIET_NANOS;
        }

        private void told() {
            synchronized (GcpPubSubFeed.this) {
                if (closed || end.isEmpty()) {
                    return;
                }
            }
            var why = end.getFirst();
            boolean usual = why instanceof ApiException api && GcpPubSubLink.passing(api);
            LOG.atLevel(usual ? Level.DEBUG : Level.WARN)
                    .addKeyValue("subscription", subscription)
                    .addKeyValue("cause", String.valueOf(why.getMessage()))
                    .log("the stream ended; another is opened");
            if (why instanceof ApiException api && api.getStatusCode().getCode() == Code.NOT_FOUND) {
                link.missing(subscription);
            } else {
                link.doubt();
            }
        }

        /** Called with the feed's lock. */
        void askForMore() {
            ask(!waits && !over && held.size() < MOST);
        }

        private void ask(boolean wanted) {
            var control = controller;
            if (control != null && wanted) {
                waits = true;
                control.request(1);
            }
        }

        /** So that the service gives it nothing more before what was given goes back. */
        void end() {
            var opened = requests;
            if (opened == null) {
                return;
            }
            opened.closeSend();
            try {
                synchronized (GcpPubSubFeed.this) {
                    long end = System.nanoTime() + LONGEST_END_NANOS;
                    for (long left = LONGEST_END_NANOS; !over && left > 0; left = end - System.nanoTime()) {
                        ask(!waits && !over);
                        TimeUnit.NANOSECONDS.timedWait(GcpPubSubFeed.this, left);
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        void cancel() {
            var control = controller;
            if (control != null) {
                control.cancel();
            }
        }

        @Override
        public void onStart(StreamController control) {
            control.disableAutoInboundFlowControl();
            synchronized (GcpPubSubFeed.this) {
                controller = control;
                waits = true;
            }
            control.request(1);
        }

        @Override
        public void onResponse(StreamingPullResponse response) {
            arrived(this, response);
        }

        @Override
        public void onError(Throwable why) {
            synchronized (GcpPubSubFeed.this) {
                over = true;
                end.add(why);
                GcpPubSubFeed.this.notifyAll();
            }
        }

        @Override
        public void onComplete() {
            synchronized (GcpPubSubFeed.this) {
                over = true;
                GcpPubSubFeed.this.notifyAll();
            }
        }
    }
}
