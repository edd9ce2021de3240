package dev.sluice.buses.faults;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What happens in mid-stream. Returns when it is over. */
enum Fault {
    SLUICE_KILLED {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.events.killAndStart();
        }
    },
    BUS_KILLED {
        @Override
        void strike(Run run, Random random) {
            run.server.killAndStart();
        }
    },
    TEMPORAL_KILLED {
        @Override
        void strike(Run run, Random random) {
            run.killTemporal();
        }
    },
    SUBSCRIBER_KILLED {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.audience.die();
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(2_000)); // how long it is away
            run.audience.live();
        }
    },
    SUBSCRIBER_SLOW {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.audience.delayMillis = 300 + random.nextInt(500);
            TimeUnit.MILLISECONDS.sleep(2_000);
            run.audience.delayMillis = 0;
        }
    },
    SUBSCRIBER_FLAPPING {
        @Override
        void strike(Run run, Random random) throws Exception {
            for (int i = 0; i < 6; i++) {
                run.audience.status = i % 2 == 0 ? 503 : 200;
                TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(400));
            }
            run.audience.status = 200;
        }
    },
    NETWORK_CUT {
        @Override
        void strike(Run run, Random random) throws Exception {
            var wire = run.server.wire;
            if (wire != null) {
                wire.cut();
                TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(6_000));
                wire.mend();
            }
        }
    },
    DISK_FULL {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.diskFull(true);
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(2_000)); // how long it is full
            run.diskFull(false);
        }
    },
    /** Who connects to the subscriber is reset. */
    SUBSCRIBER_RESET {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.audience.wire.reset();
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(3_000)); // how long it lasts
            run.audience.wire.mend();
        }
    },
    /** What is sent to the subscriber, and its answers, get lost. */
    SUBSCRIBER_SILENT {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.audience.wire.cut();
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(6_000)); // how long it lasts
            run.audience.wire.mend();
        }
    },
    TEMPORAL_RESET {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.toTemporal.reset();
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(3_000)); // how long it lasts
            run.toTemporal.mend();
        }
    },
    TEMPORAL_SILENT {
        @Override
        void strike(Run run, Random random) throws Exception {
            run.toTemporal.cut();
            TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(6_000)); // how long it lasts
            run.toTemporal.mend();
        }
    };

    boolean isOfTheSubscribersNetwork() {
        return this == SUBSCRIBER_RESET || this == SUBSCRIBER_SILENT;
    }

    abstract void strike(Run run, Random random) throws Exception;
}
