package dev.sluice.gateway;

import dev.sluice.gateway.Routes.Rule;
import dev.sluice.gateway.wire.Ascii;
import dev.sluice.gateway.wire.Field;
import dev.sluice.gateway.wire.Head;
import dev.sluice.gateway.wire.HostName;
import dev.sluice.gateway.wire.HttpFault;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The host that a connection's request is for, from its target or its {@code Host}, and the rule of that host. */
final class RequestedHost {
    private static final byte[] CONNECT = Ascii.bytes("CONNECT");
    private static final byte[] HTTP_SCHEME = Ascii.bytes("http://");
    private static final byte[] HTTPS_SCHEME = Ascii.bytes("https://");

    private byte[] host = new byte[0];
    private @Nullable Rule rule;
    private @Nullable Routes ruleOf;
    private int pathStart;

    /** Finds the rule for a request's host; the last one is remembered, as a connection mostly asks for one host. */
    void find(Head head, Routes routes) throws HttpFault {
        byte[] bytes = head.bytes();
        int start;
        int end;
        pathStart = head.targetStart();
        int schemeEnd = schemeEnd(head);
        int field = head.find(Field.HOST);
        if (schemeEnd > 0) {
            start = schemeEnd;
            end = start;
            while (end < head.targetEnd() && bytes[end] != '/' && bytes[end] != '?') {
                end++;
            }
            pathStart = end;
        } else if (field >= 0) {
            start = head.valueStart(field);
            end = head.valueEnd(field);
        } else if (head.http10()) {
            start = 0;
            end = 0;
        } else {
            throw new HttpFault(400, "missing Host");
        }
        if (field >= 0) {
            refuseSecondHost(head, field);
        }
        if (schemeEnd == 0 && bytes[pathStart] != '/' && bytes[pathStart] != '*' && !head.methodIs(CONNECT)) {
            throw new HttpFault(400, "malformed request target");
        }
        if (ruleOf == routes && Arrays.equals(host, 0, host.length, bytes, start, end)) {
            return;
        }
        host = Arrays.copyOfRange(bytes, start, end);
        rule = routes.rule(HostName.of(Ascii.text(host, 0, host.length)));
        ruleOf = routes;
    }

    private static void refuseSecondHost(Head head, int first) throws HttpFault {
        for (int i = first + 1; i < head.count(); i++) {
            if (head.field(i) == Field.HOST) {
                throw new HttpFault(400, "more than one Host");
            }
        }
    }

    /** Where the authority of an absolute target starts; 0 for any other target. */
    private static int schemeEnd(Head head) {
        byte[] bytes = head.bytes();
        int start = head.targetStart();
        if (bytes[start] == '/') {
            return 0;
        }
        for (var scheme : new byte[][] {HTTP_SCHEME, HTTPS_SCHEME}) {
            int end = start + scheme.length;
            if (end < head.targetEnd() && Ascii.equalsIgnoreCase(scheme, bytes, start, end)) {
                return end;
            }
        }
        return 0;
    }

    /** As the client wrote it, perhaps with a port. */
    byte[] bytes() {
        return host;
    }

    /** As rules name it. */
    String name() {
        return HostName.of(Ascii.text(host, 0, host.length));
    }

    /** Null where nobody wants the host. */
    @Nullable
    Rule rule() {
        return rule;
    }

    /** Where the path stands in the head's bytes, behind the authority of an absolute target. */
    int pathStart() {
        return pathStart;
    }
}
