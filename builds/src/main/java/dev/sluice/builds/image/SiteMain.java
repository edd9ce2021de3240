package dev.sluice.builds.image;

import com.sun.net.httpserver.SimpleFileServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** Serves the files of one folder at {@code $PORT}: what runs in the image of a static site. Stands on the JDK alone. */
public final class SiteMain {
    /** @param arguments the folder */
    public static void main(String[] arguments) {
        var port = System.getenv("PORT");
        var address = new InetSocketAddress(port == null || port.isBlank() ? 8080 : Integer.parseInt(port));
        var server = SimpleFileServer.createFileServer(
                address, Path.of(arguments[0]).toAbsolutePath(), SimpleFileServer.OutputLevel.NONE);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(1), "site-shutdown"));
        server.start();
        System.out.println("serves " + arguments[0] + " at port " + address.getPort());
    }

    private SiteMain() {}
}
