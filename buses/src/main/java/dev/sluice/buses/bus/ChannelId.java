package dev.sluice.buses.bus;

/** The namespace and name of a Channel. */
public record ChannelId(String namespace, String name) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
