package dev.sluice.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.model.dataplane.PodEndpoint;
import org.junit.jupiter.api.Test;

class PodTest {
    private static PodEndpoint starting(int restarts) {
        return new PodEndpoint("uid", "pod", "10.0.0.1", 8080, PodEndpoint.State.STARTING, restarts);
    }

    @Test
    void saysThatItAnswersOncePerStartOfItsContainer() {
        var pod = new Pod(starting(0));
        assertThat(pod.answered()).isTrue();
        pod.faltered();
        assertThat(pod.answered()).isFalse();
        pod.update(starting(1));
        assertThat(pod.open()).isFalse();
        assertThat(pod.answered()).isTrue();
        assertThat(pod.open()).isTrue();
    }
}
