package dev.sluice.buses.kafka;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the cluster again and again whether it is there, so that senders learn of an outage at once and not by their timeouts. */
final class KafkaHealth implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaHealth.class);
    private static final int ANSWER_MILLIS = 5_000;
    private static final long WHILE_WELL_MILLIS = 2_000;
    private static final long WHILE_DOWN_MILLIS = 500;

    private final String name;
    private final Admin admin;
    private final Thread watch;
    private volatile Optional<String> trouble = Optional.empty();

    private KafkaHealth(String name, Admin admin) {
        this.name = name;
        this.admin = admin;
        this.watch = Thread.ofVirtual().name("kafka health " + name).unstarted(this::run);
    }

    static KafkaHealth watch(String name, Admin admin) {
        var health = new KafkaHealth(name, admin);
        health.watch.start();
        return health;
    }

    Optional<String> trouble() {
        return trouble;
    }

    private void run() {
        try {
            while (true) {
                look();
                Thread.sleep(trouble.isPresent() ? WHILE_DOWN_MILLIS : WHILE_WELL_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        try {
            var cluster = admin.describeCluster(new DescribeClusterOptions().timeoutMs(ANSWER_MILLIS));
            var _ = cluster.nodes().get(ANSWER_MILLIS + 1_000L, TimeUnit.MILLISECONDS);
            if (trouble.isPresent()) {
                LOG.atInfo().addKeyValue("bus", name).log("Kafka answers again");
                trouble = Optional.empty();
            }
        } catch (ExecutionException | TimeoutException | RuntimeException | Error e) {
            var cause = e.getCause() == null ? e : e.getCause();
            var said = "Kafka does not answer: " + (cause.getMessage() == null ? cause : cause.getMessage());
            if (trouble.isEmpty()) {
                LOG.atWarn().addKeyValue("bus", name).addKeyValue("cause", said).log("Kafka cannot be used");
            }
            trouble = Optional.of(said);
        }
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
