package dev.sluice.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A {@code sluice gateway} beside an instance. */
final class GatewayProcess implements AutoCloseable {
    private final Programs programs;
    private final Process process;

    GatewayProcess(PlatformUnderTest platform, int port, int controlPort) throws IOException, InterruptedException {
        programs = new Programs(platform.home());
        process = programs.start(
                "gateway",
                port,
                List.of(
                        "env",
                        "SLUICE_HOME=" + platform.home(),
                        PlatformUnderTest.launcher().toString(),
                        "gateway",
                        "--control",
                        "127.0.0.1:" + controlPort,
                        "--listen",
                        "127.0.0.1:" + port));
    }

    long pid() {
        return process.pid();
    }

    Duration cpu() {
        return PlatformUnderTest.cpu(process.toHandle());
    }

    @Override
    public void close() {
        programs.close();
    }
}
