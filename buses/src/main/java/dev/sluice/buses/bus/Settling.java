package dev.sluice.buses.bus;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does for one bus, round after round on one thread, until nothing is left; whoever finds something new to do asks for a round more. */
final class Settling {
    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
    private static final long LOOK_AGAIN_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    enum Round {
        DONE,
        /** The bus does not answer. */
        AWAY,
        /** It answers and refuses something, which needs a person. */
        REFUSED
    }

    private final String name;
    private final Supplier<Round> round;
    // both guarded by this
    private boolean running;
    private boolean asked;

    Settling(String name, Supplier<Round> round) {
        this.name = name;
        this.round = round;
    }

    /** A round that began before this does not count. */
    synchronized void soon() {
        asked = true;
        notifyAll();
        if (!running) {
            running = true;
            Thread.ofVirtual().name("settle " + name).start(this::run);
        }
    }

    private void run() {
        long pause = 0;
        while (goesOn(pause)) {
            pause = switch (next()) {
                case DONE -> 0;
                case AWAY -> LOOK_AGAIN_MILLIS;
                case REFUSED -> Math.clamp(2 * pause, LOOK_AGAIN_MILLIS, LONGEST_PAUSE_MILLIS);
            };
        }
    }

    /** One that fails is a refusal: whatever it was, the next round may do better. */
    private Round next() {
        try {
            return round.get();
        } catch (RuntimeException | Error e) {
            LOG.atError().addKeyValue("bus", name).setCause(e).log("telling a bus what is its has failed");
            return Round.REFUSED;
        }
    }

    /** After a pause, or as soon as somebody asks; when nothing is left, only if somebody has asked. */
    private synchronized boolean goesOn(long pause) {
        long end = System.nanoTime() + pause * 1_000_000;
        try {
            for (long left = pause; !asked && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
            running = asked || pause > 0;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            running = false;
        }
        asked = false;
        return running;
    }
}
