package dev.sluice.e2e.eventing;

/** The kinds that mean a bus. Only Kafka has a kind of channel of its own beside the one in memory. */
record Flavour(String brokerClass, String channelApiVersion, String channelKind, String channels) {
    /** The bus that is tested. */
    static String bus() {
        return System.getProperty("sluice.e2e.bus", "stub");
    }

    static Flavour chosen() {
        return switch (bus()) {
            case "stub" -> inMemory("MTChannelBasedBroker");
            case "kafka" -> new Flavour("Kafka", "messaging.knative.dev/v1beta1", "KafkaChannel", "kafkachannels");
            case "rabbitmq" -> inMemory("RabbitMQBroker");
            case "gcppubsub" -> inMemory("googlecloud");
            default ->
                throw new IllegalArgumentException(
                        "sluice.e2e.bus is " + bus() + "; known are stub, kafka, rabbitmq, gcppubsub");
        };
    }

    private static Flavour inMemory(String brokerClass) {
        return new Flavour(brokerClass, "messaging.knative.dev/v1", "InMemoryChannel", "inmemorychannels");
    }
}
