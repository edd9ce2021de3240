package dev.sluice.gateway.wire;

/** Who a request was forwarded for, in the old headers and in RFC 7239's. */
public final class ForwardedFor {
    private ForwardedFor() {}

    /** The chain the client sent, and the client. */
    public static String join(Head head, String client) {
        var chain = all(head, Field.X_FORWARDED_FOR);
        return chain.isEmpty() ? client : chain + ", " + client;
    }

    /** Values of all fields of a kind, joined as one list. */
    public static String all(Head head, Field field) {
        var joined = new StringBuilder();
        for (int i = 0; i < head.count(); i++) {
            if (head.field(i) == field) {
                if (!joined.isEmpty()) {
                    joined.append(", ");
                }
                joined.append(head.value(i));
            }
        }
        return joined.toString();
    }

    /** As Knative's queue-proxy makes it: host and protocol stand with the first element. */
    public static String forwarded(String forwardedFor, String proto, String host) {
        var result = new StringBuilder();
        for (var node : forwardedFor.split(",", -1)) {
            boolean first = result.isEmpty();
            result.append(first ? "for=" : ", for=").append(node(node.strip()));
            if (first) {
                result.append(";host=").append(value(host)).append(";proto=").append(value(proto));
            }
        }
        return result.toString();
    }

    private static String node(String address) {
        if (address.indexOf(':') >= 0 && !address.startsWith("[")) {
            return address.indexOf(':') == address.lastIndexOf(':') ? quoted(address) : quoted("[" + address + "]");
        }
        return value(address);
    }

    private static String value(String text) {
        boolean token = !text.isEmpty()
                && text.chars().allMatch(c -> c > 0x20 && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0);
        return token ? text : quoted(text);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
