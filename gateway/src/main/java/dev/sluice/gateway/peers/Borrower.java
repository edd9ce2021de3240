package dev.sluice.gateway.peers;

import dev.sluice.gateway.balance.RevisionGate;
import dev.sluice.gateway.balance.Ticket;
import dev.sluice.model.dataplane.TableVersion;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keeping end: one other gateway that asks for pods here. */
final class Borrower {
    private record Waiting(RevisionGate gate, Ticket ticket) {}

    private final Peering peering;
    private final Socket socket;
    private final Outbox out;
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private String name = "";
    private @Nullable TableVersion view;
    private int round;

    Borrower(Peering peering, Socket socket) {
        this.peering = peering;
        this.socket = socket;
        this.out = new Outbox(socket);
    }

    void serve(String token) throws IOException {
        try (out) {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            if (!(Message.read(in) instanceof Message.Hello hello) || !same(hello.token(), token)) {
                return;
            }
            name = hello.name();
            while (true) {
                handle(Message.read(in));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            forgetWaiting();
        }
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private void handle(Message message) throws InterruptedException {
        switch (message) {
            case Message.Begin(var begun) -> {
                round++;
                forgetWaiting();
                view = begun;
                peering.begun(name, begun);
            }
            case Message.Holds(var revision, var pod, int count) -> {
                var gate = peering.gate(revision);
                peering.inView(view, () -> gate.lent(name, pod, count));
            }
            case Message.Said() -> peering.said(name, view);
            case Message.Ask(long call, var revision) -> {
                var gate = peering.gate(revision);
                var ticket = new Ticket();
                int asked = round;
                waiting.put(call, new Waiting(gate, ticket));
                ticket.lendTo(name, pod -> {
                    waiting.remove(call);
                    out.post(new Message.Grant(asked, call, revision, pod));
                });
                peering.inView(view, () -> gate.borrow(ticket));
            }
            case Message.Withdraw(long call) -> {
                var known = waiting.remove(call);
                if (known != null) {
                    known.gate().cancel(known.ticket());
                }
            }
            case Message.Left(var revision, var pod, boolean refused) -> {
                var gate = peering.gate(revision);
                peering.inView(view, () -> gate.returned(name, pod, refused));
            }
            case Message.Hello _, Message.Grant _ -> {
                // not said here
            }
        }
    }

    private void forgetWaiting() {
        waiting.values().forEach(known -> known.gate().cancel(known.ticket()));
        waiting.clear();
    }
}
