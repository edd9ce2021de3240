package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.e2e.SharedPlatform.TestNamespace;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A pod goes only when it has answered what it was asked, whoever wants it gone. */
@OnSharedPlatform
@ExtendWith(HalfCondition.class)
class DrainE2E {
    private final Http http = new Http();

    /** The program ends at once when it is told to, so without the hook its answer would be lost. */
    @Test
    void aPodThatIsDeletedAnswersWhatItWasAsked(Platform platform, TestNamespace namespace) throws Exception {
        var url = Services.applyReady(
                platform,
                namespace.name(),
                "patient",
                Services.manifest(namespace.name(), "patient", Images.echo(platform), Map.of()));
        assertThat(http.get(url).statusCode()).isEqualTo(200);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = threads.submit(() -> http.get(url + "/sleep?ms=6000"));
            platform.kubectl(
                            "-n",
                            namespace.name(),
                            "delete",
                            "pod",
                            "-l",
                            "serving.knative.dev/service=patient",
                            "--wait=false")
                    .succeeded();
            assertThat(answer.isDone()).isFalse();
            assertThat(answer.get().statusCode()).isEqualTo(200);
            assertThat(answer.get().body()).isEqualTo("slept\n");
        }
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(http.get(url).statusCode()).isEqualTo(200));
    }
}
