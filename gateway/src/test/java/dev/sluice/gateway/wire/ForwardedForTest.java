package dev.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedForTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`10.0.0.1`,`for=10.0.0.1;host=h;proto=http`",
                "`10.0.0.1, 10.0.0.2`,`for=10.0.0.1;host=h;proto=http, for=10.0.0.2`",
                "`::1`,`for=\"[::1]\";host=h;proto=http`",
                "`10.0.0.1:80`,`for=\"10.0.0.1:80\";host=h;proto=http`",
                "`a;b`,`for=\"a;b\";host=h;proto=http`"
            })
    void writesRfc7239(String chain, String forwarded) {
        assertThat(ForwardedFor.forwarded(chain, "http", "h")).isEqualTo(forwarded);
    }

    @ParameterizedTest
    @CsvSource({
        "Hello.Default.Example.COM, hello.default.example.com",
        "hello.localhost:8080, hello.localhost",
        "hello.localhost., hello.localhost",
        "127.0.0.1:80, 127.0.0.1",
        "[::1], [::1]",
        "[::1]:80, [::1]"
    })
    void rulesNameHostsInOneWay(String header, String name) {
        assertThat(HostName.of(header)).isEqualTo(name);
    }
}
