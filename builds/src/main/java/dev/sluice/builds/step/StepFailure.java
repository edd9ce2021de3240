package dev.sluice.builds.step;

import org.jspecify.annotations.Nullable;

/** A step could not do its work. The message is one sentence for the person who started the build. */
final class StepFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** @param reason a word for the Build's condition, for example {@code GitRevisionNotFound} */
    StepFailure(String reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    StepFailure(String reason, String message) {
        this(reason, message, null);
    }

    String reason() {
        return reason;
    }
}
