package dev.sluice.kubedev.node.pod;

import dev.sluice.kubedev.node.sandbox.ContainerProcess;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.GRPCAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** One look at a container, as probes and hooks take it; and what it showed. */
final class ProbeAction {

    /** What a look showed. */
    record Outcome(boolean ok, String output) {}

    private final Container container;
    private final ContainerProcess process;
    private final String podAddress;

    ProbeAction(Container container, ContainerProcess process, String podAddress) {
        this.container = container;
        this.process = process;
        this.podAddress = podAddress;
    }

    Outcome run(Probe probe) throws InterruptedException {
        int timeout = 1000
                * Math.max(1, Optional.ofNullable(probe.getTimeoutSeconds()).orElse(1));
        if (probe.getExec() != null) {
            return execute(probe.getExec(), timeout);
        }
        if (probe.getHttpGet() != null) {
            return get(probe.getHttpGet(), timeout);
        }
        if (probe.getTcpSocket() != null) {
            return connect(probe.getTcpSocket(), timeout);
        }
        if (probe.getGrpc() != null) {
            return grpc(probe.getGrpc(), timeout);
        }
        return new Outcome(true, "");
    }

    Outcome execute(ExecAction action, long timeout) throws InterruptedException {
        try {
            Process check = process.execute(action.getCommand());
            StringBuilder output = new StringBuilder();
            Thread reader = Thread.ofPlatform()
                    .daemon()
                    .name("sluice-node-exec")
                    .start(() -> {
                        try {
                            output.append(
                                    new String(check.getInputStream().readNBytes(10 << 10), StandardCharsets.UTF_8));
                            check.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                        } catch (IOException _) {
                            // it was ended
                        }
                    });
            if (!check.waitFor(timeout, TimeUnit.MILLISECONDS)) {
                check.descendants().forEach(ProcessHandle::destroyForcibly);
                check.destroyForcibly();
                return new Outcome(
                        false,
                        "command timed out: " + String.join(" ", action.getCommand()) + " timed out after "
                                + timeout / 1000 + "s");
            }
            reader.join(1000);
            return new Outcome(check.exitValue() == 0, output.toString().strip());
        } catch (IOException e) {
            return new Outcome(false, String.valueOf(e.getMessage()));
        }
    }

    private int port(IntOrString port) throws IOException {
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        String name = port.getStrVal();
        return Optional.ofNullable(container.getPorts()).orElse(List.of()).stream()
                .filter(p -> name.equals(p.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .orElseThrow(() -> new IOException("couldn't find port: " + name));
    }

    private String host(String given) {
        return given == null || given.isEmpty() ? podAddress : given;
    }

    private Outcome connect(TCPSocketAction action, int timeout) {
        String target = host(action.getHost());
        try (Socket socket = new Socket()) {
            int port = port(action.getPort());
            target += ":" + port;
            socket.connect(new InetSocketAddress(host(action.getHost()), port), timeout);
            return new Outcome(true, "");
        } catch (IOException e) {
            return new Outcome(false, "dial tcp " + target + ": " + reason(e));
        }
    }

    Outcome get(HTTPGetAction action, int timeout) {
        String url = "";
        try {
            boolean tls = "HTTPS".equalsIgnoreCase(action.getScheme());
            String host = host(action.getHost());
            int port = port(action.getPort());
            String path = Optional.ofNullable(action.getPath())
                    .filter(p -> !p.isEmpty())
                    .orElse("/");
            path = path.startsWith("/") ? path : "/" + path;
            url = (tls ? "https://" : "http://") + host + ":" + port + path;
            try (Socket plain = new Socket()) {
                plain.connect(new InetSocketAddress(host, port), timeout);
                plain.setSoTimeout(timeout);
                if (!tls) {
                    return ask(plain, action, host + ":" + port, path);
                }
                try (SSLSocket secured =
                        (SSLSocket) trusting().getSocketFactory().createSocket(plain, host, port, true)) {
                    return ask(secured, action, host + ":" + port, path);
                }
            }
        } catch (SocketTimeoutException e) {
            return new Outcome(
                    false,
                    "Get \"" + url + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        } catch (IOException | GeneralSecurityException e) {
            return new Outcome(false, "Get \"" + url + "\": " + reason(e));
        }
    }

    private static String reason(Exception e) {
        if (e instanceof ConnectException) {
            return "connect: connection refused";
        }
        return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    }

    private static Outcome ask(Socket socket, HTTPGetAction action, String authority, String path) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\n");
        boolean hostGiven = false;
        boolean agentGiven = false;
        for (HTTPHeader header : Optional.ofNullable(action.getHttpHeaders()).orElse(List.of())) {
            hostGiven |= header.getName().equalsIgnoreCase("Host");
            agentGiven |= header.getName().equalsIgnoreCase("User-Agent");
            request.append(header.getName())
                    .append(": ")
                    .append(header.getValue())
                    .append("\r\n");
        }
        if (!hostGiven) {
            request.append("Host: ").append(authority).append("\r\n");
        }
        if (!agentGiven) {
            request.append("User-Agent: kube-probe/1.34\r\n");
        }
        request.append("Accept: */*\r\nConnection: close\r\n\r\n");
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String line = reader.readLine();
        String[] parts = line == null ? new String[0] : line.split(" ", 3);
        if (parts.length < 2 || !parts[1].matches("\\d{3}")) {
            return new Outcome(false, "malformed HTTP response \"" + line + "\"");
        }
        int status = Integer.parseInt(parts[1]);
        return new Outcome(status >= 200 && status < 400, "HTTP probe failed with statuscode: " + status);
    }

    private Outcome grpc(GRPCAction action, int timeout) {
        return GrpcHealth.check(
                podAddress,
                action.getPort(),
                Optional.ofNullable(action.getService()).orElse(""),
                timeout);
    }

    private static SSLContext trusting() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    /** Probes take any certificate, as a kubelet's do. */
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
