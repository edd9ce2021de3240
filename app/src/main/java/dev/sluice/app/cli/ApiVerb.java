package dev.sluice.app.cli;

import dev.sluice.app.grpc.ApiClient;
import dev.sluice.app.state.StateDir;
import io.grpc.StatusRuntimeException;
import java.io.IOException;

/** A verb that asks the API of the running instance. */
interface ApiVerb extends LocalVerb {
    /** Throws a {@link UsageException} when the words alone, whatever runs, make no sense together. */
    default void check() {}

    /** @return the exit code */
    int run(ApiClient api, Here here);

    @Override
    default int run(Here here) throws InterruptedException {
        check();
        var state = StateDir.of(null, here.env());
        var instance = Ready.instance(state);
        try (var api = ApiClient.of(state, instance)) {
            return run(api, here);
        } catch (IOException e) {
            throw new VerbException("the instance in " + state.root() + " cannot be asked: " + e.getMessage());
        } catch (StatusRuntimeException e) {
            throw new VerbException(ApiFailure.words(e));
        }
    }
}
