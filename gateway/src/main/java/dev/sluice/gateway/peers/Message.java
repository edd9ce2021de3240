package dev.sluice.gateway.peers;

import dev.sluice.model.dataplane.RevisionId;
import dev.sluice.model.dataplane.TableVersion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What gateways say to each other. One that asks opens a connection; all but {@link Grant} flow from it to the one that keeps limits. */
sealed interface Message {
    /** The first one. */
    record Hello(String token, String name) implements Message {}

    /** What was said on this connection is forgotten; what follows belongs to this view. */
    record Begin(TableVersion view) implements Message {}

    /** So many requests of the sender are at this pod already. */
    record Holds(RevisionId revision, String pod, int count) implements Message {}

    /** Everything that the sender holds has been said. */
    record Said() implements Message {}

    /** A request of the sender waits for a pod. */
    record Ask(long call, RevisionId revision) implements Message {}

    /** It does not any more. */
    record Withdraw(long call) implements Message {}

    /** A request of the sender has left its pod. */
    record Left(RevisionId revision, String pod, boolean refused) implements Message {}

    /**
     * The answer to {@link Ask}.
     *
     * @param round how many {@link Begin} came on this connection before
     */
    record Grant(int round, long call, RevisionId revision, String pod) implements Message {}

    default void writeTo(DataOutputStream out) throws IOException {
        switch (this) {
            case Hello(var token, var name) -> {
                out.writeByte('H');
                out.writeUTF(token);
                out.writeUTF(name);
            }
            case Begin(var view) -> {
                out.writeByte('B');
                out.writeLong(view.epoch());
                out.writeLong(view.sequence());
            }
            case Holds(var revision, var pod, int count) -> {
                out.writeByte('P');
                write(revision, out);
                out.writeUTF(pod);
                out.writeInt(count);
            }
            case Said() -> out.writeByte('E');
            case Ask(long call, var revision) -> {
                out.writeByte('A');
                out.writeLong(call);
                write(revision, out);
            }
            case Withdraw(long call) -> {
                out.writeByte('W');
                out.writeLong(call);
            }
            case Left(var revision, var pod, boolean refused) -> {
                out.writeByte('L');
                write(revision, out);
                out.writeUTF(pod);
                out.writeBoolean(refused);
            }
            case Grant(int round, long call, var revision, var pod) -> {
                out.writeByte('G');
                out.writeInt(round);
                out.writeLong(call);
                write(revision, out);
                out.writeUTF(pod);
            }
        }
    }

    private static void write(RevisionId revision, DataOutputStream out) throws IOException {
        out.writeUTF(revision.namespace());
        out.writeUTF(revision.name());
    }

    /** @throws IOException also when it is none of ours */
    static Message read(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 'H' -> new Hello(in.readUTF(), in.readUTF());
            case 'B' -> new Begin(new TableVersion(in.readLong(), in.readLong()));
            case 'P' -> new Holds(revision(in), in.readUTF(), in.readInt());
            case 'E' -> new Said();
            case 'A' -> new Ask(in.readLong(), revision(in));
            case 'W' -> new Withdraw(in.readLong());
            case 'L' -> new Left(revision(in), in.readUTF(), in.readBoolean());
            case 'G' -> new Grant(in.readInt(), in.readLong(), revision(in), in.readUTF());
            default -> throw new IOException("not a message between gateways: " + kind);
        };
    }

    private static RevisionId revision(DataInputStream in) throws IOException {
        return new RevisionId(in.readUTF(), in.readUTF());
    }
}
