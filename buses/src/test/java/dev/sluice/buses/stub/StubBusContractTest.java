package dev.sluice.buses.stub;

import dev.sluice.buses.bus.Bus;
import dev.sluice.buses.bus.BusContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class StubBusContractTest extends BusContract {
    @TempDir
    Path directory;

    @Override
    protected Bus open() {
        return StubBus.open(directory, new StubBus.Limits(64 << 20, 64 << 20, 0));
    }

    @Override
    protected int mostUnacknowledged() {
        return Integer.MAX_VALUE;
    }

    @Override
    protected boolean keepsPrefixOnly() {
        return false;
    }
}
