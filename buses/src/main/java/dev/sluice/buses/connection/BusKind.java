package dev.sluice.buses.connection;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.gcppubsub.GcpPubSubBus;
import dev.sluice.buses.gcppubsub.GcpPubSubSettings;
import dev.sluice.buses.kafka.KafkaBus;
import dev.sluice.buses.kafka.KafkaSettings;
import dev.sluice.buses.rabbitmq.RabbitBus;
import dev.sluice.buses.rabbitmq.RabbitSettings;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What runs a bus: known by its name, or by the image of the dispatcher in its manifest of 2018. */
public enum BusKind {
    STUB {
        @Override
        Bus open(String name, Map<String, String> values, Runnable passedOver) {
            throw new IllegalStateException("the stub bus is part of Sluice");
        }
    },
    KAFKA {
        @Override
        Bus open(String name, Map<String, String> values, Runnable passedOver) {
            return new KafkaBus(name, KafkaSettings.parse(values), passedOver);
        }
    },
    RABBITMQ {
        @Override
        Bus open(String name, Map<String, String> values, Runnable passedOver) {
            return new RabbitBus(name, RabbitSettings.parse(values), passedOver);
        }
    },
    GCPPUBSUB {
        @Override
        Bus open(String name, Map<String, String> values, Runnable passedOver) {
            return new GcpPubSubBus(name, GcpPubSubSettings.parse(values), passedOver);
        }
    };

    private static final String IMAGES = "github.com/knative/eventing/pkg/buses/";

    /**
     * @param passedOver told of each message that holds no event
     * @throws IllegalArgumentException with every problem of the values at once
     */
    abstract Bus open(String name, Map<String, String> values, Runnable passedOver);

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param image of the dispatcher, when there is one */
    public static Optional<BusKind> of(String name, @Nullable String image) {
        var byImage = Arrays.stream(values())
                .filter(kind -> image != null && (image + "/").startsWith(IMAGES + kind.word() + "/"))
                .findFirst();
        return byImage.or(() ->
                Arrays.stream(values()).filter(kind -> kind.word().equals(name)).findFirst());
    }

    /** For people. */
    public static String words() {
        return String.join(", ", Arrays.stream(values()).map(BusKind::word).toList());
    }
}
