package dev.sluice.buses.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
    @ParameterizedTest
    @CsvSource({
        "hello-00001-service, http://hello-00001-service.ns.svc.cluster.local/",
        "hello.other.svc.cluster.local, http://hello.other.svc.cluster.local/",
        "example.com:8080, http://example.com:8080/",
        "example.com/path, http://example.com/path",
        "http://example.com, http://example.com/",
        "https://example.com/a?b=c, https://example.com/a?b=c",
    })
    void resolvesTheFormsOf2018(String destination, String url) throws Exception {
        assertThat(Destinations.resolve(destination, "ns", "cluster.local")).contains(URI.create(url));
    }

    @Test
    void takesNothingForNothing() throws Exception {
        assertThat(Destinations.resolve(null, "ns", "cluster.local")).isEmpty();
        assertThat(Destinations.resolve(" ", "ns", "cluster.local")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://example.com", "http://", "two words", "-x"})
    void refusesWhatItCannotReach(String destination) {
        assertThatThrownBy(() -> Destinations.resolve(destination, "ns", "cluster.local"))
                .isInstanceOf(Destinations.BadDestinationException.class);
    }
}
