package dev.sluice.e2e.eventing;

/** The kinds that mean a bus. */
record Flavour(String brokerClass, String channelApiVersion, String channelKind, String channels) {
    static Flavour chosen() {
        var bus = System.getProperty("sluice.e2e.bus", "stub");
        return switch (bus) {
            case "stub" ->
                new Flavour("MTChannelBasedBroker", "messaging.knative.dev/v1", "InMemoryChannel", "inmemorychannels");
            case "kafka" -> new Flavour("Kafka", "messaging.knative.dev/v1beta1", "KafkaChannel", "kafkachannels");
            case "rabbitmq" ->
                new Flavour("RabbitMQBroker", "messaging.knative.dev/v1", "InMemoryChannel", "inmemorychannels");
            default ->
                throw new IllegalArgumentException("sluice.e2e.bus is " + bus + "; known are stub, kafka, rabbitmq");
        };
    }
}
