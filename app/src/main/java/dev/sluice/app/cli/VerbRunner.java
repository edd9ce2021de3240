package dev.sluice.app.cli;

import dev.sluice.app.control.ControlRequest;
import dev.sluice.app.control.ControlServer;
import dev.sluice.app.control.Output;
import dev.sluice.app.git.SourceException;
import dev.sluice.app.platform.Platform;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.temporal.client.WorkflowException;
import io.temporal.failure.ApplicationFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where verbs meet their errors: each becomes one message and an exit code. */
final class VerbRunner implements ControlServer.Verbs {
    private static final Logger LOG = LoggerFactory.getLogger(VerbRunner.class);
    private static final int FAILED = 1;
    private static final int NOT_FOUND = 404;

    private final Platform platform;

    VerbRunner(Platform platform) {
        this.platform = platform;
    }

    @Override
    public int run(ControlRequest request, Output output) throws InterruptedException {
        var line = CommandLines.commandLine(false, request.words());
        var parsed = line.parseArgs(request.words().toArray(String[]::new));
        if (!(CommandLines.verb(parsed) instanceof InstanceVerb verb)) {
            output.err().println("sluice: not a verb of an instance: " + String.join(" ", request.words()));
            return FAILED;
        }
        try {
            return verb.run(new Session(platform, request, output));
        } catch (VerbException e) {
            output.err().println("sluice: " + e.getMessage());
            return e.exitCode();
        } catch (SourceException e) {
            output.err().println("sluice: " + e.getMessage());
        } catch (KubernetesClientException e) {
            output.err().println("sluice: " + message(e));
        } catch (WorkflowException e) {
            output.err().println("sluice: " + message(e));
        } catch (RuntimeException e) {
            if (Thread.currentThread().isInterrupted() || e.getCause() instanceof InterruptedException) {
                throw new InterruptedException("the terminal went away");
            }
            LOG.atError()
                    .addKeyValue("verb", request.words().getFirst())
                    .setCause(e)
                    .log("a verb failed");
            output.err()
                    .println("sluice: " + e + " (more in " + platform.state().log() + ")");
        }
        return FAILED;
    }

    static String message(KubernetesClientException e) {
        var status = e.getStatus();
        if (status != null && status.getMessage() != null) {
            return status.getMessage();
        }
        return e.getCode() == NOT_FOUND ? "not found" : String.valueOf(e.getMessage());
    }

    private static String message(WorkflowException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure failure) {
                return failure.getOriginalMessage();
            }
        }
        return e.getMessage() + " (" + e.getExecution().getWorkflowId() + ")";
    }
}
