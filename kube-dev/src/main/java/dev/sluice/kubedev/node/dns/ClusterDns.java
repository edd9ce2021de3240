package dev.sluice.kubedev.node.dns;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * Answers the pods' questions for names: Services with the addresses of their endpoints (there is no proxy that would
 * answer at a Service's own), everything else as the host's resolvers do.
 */
public final class ClusterDns implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterDns.class);
    private static final int PORT = 53;
    private static final int SECONDS = 5;

    private final InetAddress address;
    private final DatagramSocket datagrams;
    private final ServerSocket connections;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final ServiceNames names;
    private volatile boolean closed;

    private ClusterDns(KubernetesClient client, InetAddress address) throws IOException {
        this.address = address;
        this.datagrams = new DatagramSocket(new InetSocketAddress(address, PORT));
        this.connections = new ServerSocket(PORT, 64, address);
        this.services = client.services().inAnyNamespace().inform();
        this.slices = client.discovery().v1().endpointSlices().inAnyNamespace().inform();
        this.names = new ServiceNames(
                () -> services.getStore().list(), () -> slices.getStore().list());
        Thread.ofPlatform().daemon().name("sluice-node-dns-udp").start(this::receive);
        Thread.ofPlatform().daemon().name("sluice-node-dns-tcp").start(this::accept);
    }

    /** Starts it at the address, port 53; empty when the port is taken. */
    public static Optional<ClusterDns> start(KubernetesClient client, String address) {
        try {
            return Optional.of(new ClusterDns(client, InetAddress.getByName(address)));
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("address", address)
                    .addKeyValue("reason", e.getMessage())
                    .log("pods get no cluster names");
            return Optional.empty();
        }
    }

    public String address() {
        return address.getHostAddress();
    }

    private void receive() {
        while (!closed) {
            DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
            try {
                datagrams.receive(packet);
            } catch (IOException e) {
                if (!closed) {
                    LOG.atWarn().setCause(e).log("receiving a question failed");
                }
                continue;
            }
            byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
            Thread.ofVirtual().name("sluice-node-dns").start(() -> {
                try {
                    byte[] answer = answer(question, 1232);
                    datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                } catch (IOException e) {
                    LOG.atDebug().setCause(e).log("a question was not answered");
                }
            });
        }
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = connections.accept();
                Thread.ofVirtual().name("sluice-node-dns-tcp").start(() -> converse(socket));
            } catch (IOException e) {
                if (!closed) {
                    LOG.atWarn().setCause(e).log("accepting a connection failed");
                }
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            socket.setSoTimeout(10_000);
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            while (!closed) {
                byte[] question = new byte[in.readUnsignedShort()];
                in.readFully(question);
                byte[] answer = answer(question, 65535);
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            }
        } catch (IOException _) {
            // the other side has had enough
        }
    }

    private byte[] answer(byte[] bytes, int mostBytes) throws IOException {
        Message question = new Message(bytes);
        Record asked = question.getQuestion();
        if (asked == null) {
            return failure(question, Rcode.FORMERR);
        }
        String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
        Message answer = switch (names.meaning(name)) {
            case ServiceNames.Meaning.Foreign() -> forward(question);
            case ServiceNames.Meaning.Unknown() -> reply(question, Rcode.NXDOMAIN);
            case ServiceNames.Meaning.Addresses(List<String> all) -> addresses(question, asked, all);
            case ServiceNames.Meaning.Alias(String other) -> alias(question, asked, other);
        };
        return answer.toWire(mostBytes);
    }

    private static byte[] failure(Message question, int code) {
        return reply(question, code).toWire();
    }

    private static Message reply(Message question, int code) {
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setRcode(code);
        if (question.getHeader().getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
        }
        Record asked = question.getQuestion();
        if (asked != null) {
            answer.addRecord(asked, Section.QUESTION);
        }
        return answer;
    }

    private static Message addresses(Message question, Record asked, List<String> all) throws IOException {
        Message answer = reply(question, Rcode.NOERROR);
        if (asked.getType() == Type.A || asked.getType() == Type.ANY) {
            for (String each : all) {
                answer.addRecord(
                        new ARecord(asked.getName(), DClass.IN, SECONDS, InetAddress.getByName(each)), Section.ANSWER);
            }
        }
        return answer;
    }

    /** The other name, and what the host's resolvers say about it. */
    private static Message alias(Message question, Record asked, String other) throws IOException {
        Message answer = reply(question, Rcode.NOERROR);
        if (other.matches("[0-9.]+")) {
            return addresses(question, asked, List.of(other));
        }
        Name target = Name.fromString(other + ".");
        answer.addRecord(new CNAMERecord(asked.getName(), DClass.IN, SECONDS, target), Section.ANSWER);
        Message further = forward(Message.newQuery(Record.newRecord(target, asked.getType(), DClass.IN)));
        further.getSection(Section.ANSWER).forEach(r -> answer.addRecord(r, Section.ANSWER));
        return answer;
    }

    private static Message forward(Message question) {
        List<InetSocketAddress> servers = ResolverConfig.getCurrentConfig().servers();
        Record asked = question.getQuestion();
        if (asked != null && asked.getName().toString(true).endsWith("localhost")) {
            return reply(question, Rcode.NXDOMAIN);
        }
        for (InetSocketAddress server : servers.subList(0, Math.min(2, servers.size()))) {
            try {
                SimpleResolver resolver = new SimpleResolver(server);
                resolver.setTimeout(Duration.ofSeconds(3));
                Message answer = resolver.send(question);
                answer.getHeader().setID(question.getHeader().getID());
                return answer;
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("server", server).setCause(e).log("a resolver did not answer");
            }
        }
        return reply(question, servers.isEmpty() ? Rcode.NXDOMAIN : Rcode.SERVFAIL);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        services.stop();
        slices.stop();
        datagrams.close();
        connections.close();
    }
}
