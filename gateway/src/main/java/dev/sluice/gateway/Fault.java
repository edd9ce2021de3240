package dev.sluice.gateway;

import java.io.IOException;

/** Why an exchange could not go its way. Cheap: these are ordinary on a network. */
abstract sealed class Fault extends IOException {
    private static final long serialVersionUID = 1L;

    private Fault(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** The client cannot be read or written any more. */
    static final class ClientGone extends Fault {
        private static final long serialVersionUID = 1L;

        ClientGone(String message) {
            super(message);
        }
    }

    /** The pod took the connection and failed. */
    static final class UpstreamFailed extends Fault {
        private static final long serialVersionUID = 1L;

        UpstreamFailed(String message) {
            super(message);
        }
    }

    /** The pod had closed a kept connection before it read anything of a request that may be sent again. */
    static final class Stale extends Fault {
        private static final long serialVersionUID = 1L;

        Stale() {
            super("kept connection was closed");
        }
    }
}
