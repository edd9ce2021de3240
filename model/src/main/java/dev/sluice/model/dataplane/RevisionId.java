package dev.sluice.model.dataplane;

/** The namespace and name of a Revision: what a gateway balances over. */
public record RevisionId(String namespace, String name) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
