package dev.sluice.workflows.build;

/** One Build; the uid tells it from a namesake that was deleted before. */
public record BuildRef(String namespace, String name, String uid) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
