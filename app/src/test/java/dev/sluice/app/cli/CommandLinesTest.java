package dev.sluice.app.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.control.ControlRequest.Terminal;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {
    @TempDir
    private Path nobodyHere = Path.of("");

    /** {@code down --help} stopped the instance, {@code demo --help} started one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--version",
                "up --help",
                "down --help",
                "demo --help",
                "deploy --help",
                "describe --help",
                "logs --help",
                "status --help",
                "rollout --help",
                "events --help",
                "events list --help",
                "events show --help",
                "events replay --help",
                "events drop --help",
                "kubeconfig --help",
                "uninstall --help",
                "help rollout"
            })
    void askingAboutAVerbDoesNotCarryItOut(String line) {
        assertThat(run(line)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "events",
                "deploy",
                "deploy --image x --path y",
                "describe",
                "describe pod x",
                "uninstall",
                "logs",
                "rollout dance x",
                "rollout promote x --to y",
                "up --kubeconfig x",
                "events pause broker b",
                "events replay",
                "events drop e --all",
                "events rewind trigger t --since yesterday",
                "deploy src --revision x",
                "build src --revision x",
                "up --tls-certificate f",
                "up --tls-key f",
                "gateway --control 127.0.0.1:1 --listen 127.0.0.1:2 --tls-certificate f",
                "webhook x --secret="
            })
    void wordsThatMakeNoSenseAreRefusedWhateverRuns(String line) {
        assertThat(run(line)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "logs x",
                "describe x",
                "deploy x",
                "events list",
                "events rewind trigger t --since 10m",
                "kubeconfig",
                "down",
                "uninstall --yes --kubeconfig nowhere"
            })
    void verbsThatNeedAnInstanceFailWithoutOne(String line) {
        assertThat(run(line)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    deplyo x         | there is no verb deplyo; did you mean deploy
                    frobnicate       | there is no verb frobnicate
                    events lst       | there is no verb lst; did you mean list
                    status --al      | there is no option --al; did you mean --all-namespaces
                    kubeconfig x y   | too many words: x y
                    logs             | Missing required parameter: 'NAME'
                    """)
    void saysWhatItDidNotUnderstand(String line, String message) {
        var said = new StringWriter();
        var words = line.split(" +");
        CommandLines.commandLine(false, List.of(words))
                .setErr(new PrintWriter(said, true))
                .execute(words);
        assertThat(said.toString().lines().findFirst().orElse("").replaceFirst("\\?$", ""))
                .isEqualTo("sluice: " + message);
    }

    @Test
    void readsTheOptionsOfTheVerbItWasGivenAlone() {
        assertThat(verbsOf("describe", "service", "x")).containsExactly("describe");
        assertThat(verbsOf()).contains("up", "describe", "events", "help");
        assertThat(verbsOf("--help")).isEqualTo(verbsOf());
        assertThat(verbsOf("help", "up")).isEqualTo(verbsOf());
        assertThat(verbsOf("deplyo")).isEqualTo(verbsOf());
    }

    private static Set<String> verbsOf(String... words) {
        return CommandLines.commandLine(false, List.of(words)).getSubcommands().keySet();
    }

    @Test
    void upSaysInALineWhatGatewaysIsFor() {
        var up = requireNonNull(CommandLines.commandLine(false, List.of("up"))
                        .getSubcommands()
                        .get("up"))
                .setUsageHelpWidth(200);

        assertThat(up.getUsageMessage())
                .containsPattern("--gateways=HOST:PORT\\[,HOST:PORT\\]\\S*\\s+Start no gateway: requests go to your"
                        + " 'sluice gateway' at this address \\(from pods: to the second address\\)\\.");
    }

    @Test
    void upHandsOnTheRegistriesWithoutTls() {
        var words = List.of("up", "--insecure-registry", "one.test:5000", "--insecure-registry", "two.test");
        var parsed = CommandLines.commandLine(false, words).parseArgs(words.toArray(String[]::new));
        var nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);

        assertThat(((UpVerb) CommandLines.verb(parsed))
                        .options(new LocalVerb.Here(_ -> null, new Terminal(false, false), nowhere, nowhere))
                        .insecureRegistries())
                .containsExactly("one.test:5000", "two.test");
    }

    private int run(String line) {
        return CommandLines.runHere(
                line.split(" +"), name -> name.equals("SLUICE_HOME") ? nobodyHere.toString() : null);
    }
}
