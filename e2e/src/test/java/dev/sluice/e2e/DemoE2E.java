package dev.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The story that newcomers type first; it checks every step itself. */
@OnSharedPlatform
@DisabledIfSystemProperty(
        named = "sluice.e2e.cluster",
        matches = "true",
        disabledReason = "the demo is about one machine")
class DemoE2E {
    private static final Pattern SERVICE = Pattern.compile("(?m)^ *the service +(http://\\S+)$");
    private static final Pattern PROJECT = Pattern.compile("(?m)^ *its project +(\\S+) ");
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Test
    void showsTheWholeRoadAndWhatItTook(Platform platform) throws Exception {
        var demo = platform.cli()
                .run(platform.home, "", LIMIT, Platform.LAUNCHER.toString(), "demo")
                .succeeded();

        assertThat(demo.out())
                .contains(List.of(
                        "deploy, from repository to Ready",
                        "of which the build",
                        "warm request, p50 / p99",
                        "to zero, after the last request",
                        "cold start, from the request to its answer",
                        "the same process started bare",
                        "second version, from commit to all traffic",
                        "undo, to the first answer of version 1",
                        "event accepted",
                        "event delivered, at the third attempt"));
        var service = SERVICE.matcher(demo.out());
        assertThat(service.find()).as(demo.out()).isTrue();
        assertThat(new Http().get(service.group(1)).body()).contains("version 1");
        var temporal = URI.create(platform.instance("temporalUi"));
        assertThat(demo.out()).contains(temporal.toString());
        assertThat(new Http().getDirectly(temporal.toString()).statusCode()).isEqualTo(200);
        var project = PROJECT.matcher(demo.out());
        assertThat(project.find()).as(demo.out()).isTrue();
        assertThat(Files.readString(Path.of(project.group(1), "src", "main", "java", "hello", "Hello.java")))
                .contains("version 2");
    }

    @Test
    void saysWhyAStepFailed(@TempDir Path home) {
        var demo = new Cli(Map.of("SLUICE_HOME", home.toString(), "SLUICE_TEMPORAL_BIN", "/bin/false"))
                .run(home, "", LIMIT, Platform.LAUNCHER.toString(), "demo")
                .failed();

        assertThat(demo.exit()).isEqualTo(1);
        assertThat(demo.err().lines())
                .singleElement()
                .asString()
                .startsWith("sluice: the demo failed: the platform did not start");
    }
}
