package dev.sluice.app.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HOST:PORT}, or {@code [HOST]:PORT} for an address with colons; without a host, every address of this machine. */
final class SocketAddressWord implements ITypeConverter<InetSocketAddress> {
    private static final int HIGHEST = 65_535;

    @Override
    public InetSocketAddress convert(String word) {
        int colon = word.lastIndexOf(':');
        try {
            int port = Integer.parseInt(word.substring(colon + 1));
            if (colon >= 0 && port >= 0 && port <= HIGHEST) {
                var host = word.substring(0, colon);
                return host.isEmpty()
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(InetAddress.getByName(host), port);
            }
        } catch (NumberFormatException _) {
            // said below
        } catch (UnknownHostException _) {
            throw new TypeConversionException("there is no host \"" + word.substring(0, colon) + "\"");
        }
        throw new TypeConversionException("want HOST:PORT, not \"" + word + "\"");
    }
}
