package dev.sluice.testing.ask;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a URL and ends when it is answered: with 0 after a 200, else with 1. */
public final class Ask {
    public static void main(String[] args) throws IOException {
        var connection = (HttpURLConnection) URI.create(args[0]).toURL().openConnection();
        int status = connection.getResponseCode();
        System.out.println(args[0] + " answered " + status);
        System.exit(status == HttpURLConnection.HTTP_OK ? 0 : 1);
    }

    private Ask() {}
}
