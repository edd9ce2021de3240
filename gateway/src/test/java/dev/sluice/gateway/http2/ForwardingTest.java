package dev.sluice.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private final Forwarding forwarding = new Forwarding(new Origin(InetAddress.ofLiteral("10.0.0.9"), false));

    private Map<String, String> told(Http2Headers head, String host) {
        forwarding.tell(head, host);
        var fields = new TreeMap<String, String>();
        head.forEach(
                field -> fields.put(field.getKey().toString(), field.getValue().toString()));
        return fields;
    }

    @Test
    void tellsOfClientProtocolAndHost() {
        for (var host : new String[] {"a.example", "a.example", "b.example:8080"}) { // the second from memory
            assertThat(told(new DefaultHttp2Headers(), host))
                    .isEqualTo(Map.of(
                            "x-forwarded-for",
                            "10.0.0.9",
                            "x-forwarded-proto",
                            "http",
                            "x-forwarded-host",
                            host,
                            "forwarded",
                            "for=10.0.0.9;host=" + (host.contains(":") ? '"' + host + '"' : host) + ";proto=http"));
        }
    }

    @Test
    void lengthensTheChainOfThoseBefore() {
        var head = new DefaultHttp2Headers()
                .add("x-forwarded-for", "1.1.1.1")
                .add("x-forwarded-for", "2.2.2.2")
                .set("x-forwarded-proto", "https");
        assertThat(told(head, "a.example"))
                .containsEntry("x-forwarded-for", "1.1.1.1, 2.2.2.2, 10.0.0.9")
                .containsEntry("x-forwarded-proto", "https")
                .containsEntry("x-forwarded-host", "a.example")
                .containsEntry("forwarded", "for=1.1.1.1;host=a.example;proto=https, for=2.2.2.2, for=10.0.0.9");
    }

    @Test
    void keepsAForwardedOfAnotherProxy() {
        assertThat(told(new DefaultHttp2Headers().set("forwarded", "for=unknown"), "a.example"))
                .containsEntry("forwarded", "for=unknown")
                .containsEntry("x-forwarded-for", "10.0.0.9");
    }
}
