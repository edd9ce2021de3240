package dev.sluice.buses.send;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where a host of the cluster is reached from this process, when that is not what DNS says: the name of a Route is the
 * gateway, for example. The request keeps the host it was meant for.
 */
public interface HostResolver {
    /** Empty leaves it to DNS. */
    Optional<InetSocketAddress> resolve(String host, int port);

    /** Everything by DNS. */
    static HostResolver dns() {
        return (_, _) -> Optional.empty();
    }
}
