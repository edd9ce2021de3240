package dev.sluice.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The command curl, as people use it: an HTTP/2 client that shares nothing with the gateway. */
final class Curl {
    private Curl() {}

    /** Head and body of the answer; {@code --include} is given. */
    static String run(int port, String path, String... options) throws IOException, InterruptedException {
        return run("http://" + Fixture.HOST + ":" + port + path, options);
    }

    static String run(String url, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("curl", "-sS", "-i", "--max-time", "30"));
        command.addAll(List.of(options));
        command.add(url);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        process.waitFor();
        return answer;
    }
}
