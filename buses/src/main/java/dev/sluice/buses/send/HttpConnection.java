package dev.sluice.buses.send;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection, for one exchange at a time. */
final class HttpConnection implements AutoCloseable {
    private static final int MAX_BODY = 4 << 20;
    private static final int MAX_LINE = 64 << 10;
    private static final int MAX_HEADERS = 256;
    /** The socket of a channel copies all that it is given into memory outside the heap, again for each part of it that is sent. */
    private static final int SLICE = 64 << 10;

    private final SocketChannel channel;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private boolean used;
    private boolean reusable;
    private volatile boolean late;

    /** The other side had closed a kept connection; it never saw the whole request. */
    static final class StaleException extends IOException {
        StaleException(IOException cause) {
            super("the kept connection was closed", cause);
        }
    }

    private HttpConnection(SocketChannel channel, Socket socket) throws IOException {
        this.channel = channel;
        this.socket = socket;
        this.in = new BufferedInputStream(new DeadlineInput(), 8 << 10);
        this.out = socket.getOutputStream();
    }

    private long deadline;

    static HttpConnection open(
            InetSocketAddress address, @Nullable SSLSocketFactory tls, String host, int timeoutMillis)
            throws IOException {
        var channel = SocketChannel.open();
        var opened = false;
        try {
            var socket = channel.socket();
            socket.setTcpNoDelay(true);
            socket.connect(address, timeoutMillis);
            if (tls != null) {
                socket.setSoTimeout(timeoutMillis);
                var secure = (SSLSocket) tls.createSocket(socket, host, address.getPort(), true);
                var parameters = new SSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                socket = secure;
            }
            var connection = new HttpConnection(channel, socket);
            opened = true;
            return connection;
        } finally {
            if (!opened) {
                channel.close();
            }
        }
    }

    /** False once the other side has closed it, or has said what nobody asked for. Asked between exchanges only. */
    boolean isOpen() {
        try {
            channel.configureBlocking(false);
            int read = channel.read(ByteBuffer.allocate(1));
            channel.configureBlocking(true);
            return read == 0;
        } catch (IOException _) {
            return false;
        }
    }

    boolean reusable() {
        return reusable;
    }

    /** @param alarms closes it at the deadline while it writes: a write has no timeout */
    HttpAnswer exchange(byte[] head, byte[] body, long deadline, ScheduledExecutorService alarms) throws IOException {
        this.deadline = deadline;
        boolean again = used;
        used = true;
        reusable = false;
        try {
            send(head, body, alarms);
        } catch (IOException e) {
            throw late ? outOfTime(e) : again ? new StaleException(e) : e;
        }
        try {
            return answer();
        } catch (IOException e) {
            throw late ? outOfTime(e) : e;
        }
    }

    private static SocketTimeoutException outOfTime(IOException cause) {
        var timeout = new SocketTimeoutException("no complete answer in time");
        timeout.initCause(cause);
        return timeout;
    }

    private HttpAnswer answer() throws IOException {
        var statusLine = line();
        int status = status(statusLine);
        var headers = headers();
        while (status >= 100 && status < 200 && status != 101) {
            status = status(line());
            headers = headers();
        }
        boolean close = "close".equalsIgnoreCase(headers.get("connection")) || statusLine.startsWith("HTTP/1.0");
        var answer = new HttpAnswer(status, headers, body(status, headers));
        boolean delimited = status == 204 || headers.containsKey("content-length") || chunked(headers);
        reusable = !close && delimited && status != 101;
        return answer;
    }

    private void send(byte[] head, byte[] body, ScheduledExecutorService alarms) throws IOException {
        var alarm = alarms.schedule(this::tooLate, deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        try {
            write(head, body);
        } finally {
            alarm.cancel(false);
        }
    }

    private void tooLate() {
        late = true;
        try {
            channel.close(); // below TLS, which would wait for the write to end
        } catch (IOException _) {
            // it is of no use any more
        }
    }

    private void write(byte[] head, byte[] body) throws IOException {
        if (body.length <= 16 << 10) {
            var both = new byte[head.length + body.length];
            System.arraycopy(head, 0, both, 0, head.length);
            System.arraycopy(body, 0, both, head.length, body.length);
            out.write(both);
        } else {
            out.write(head);
            for (int sent = 0; sent < body.length; sent += SLICE) {
                out.write(body, sent, Math.min(SLICE, body.length - sent));
            }
        }
        out.flush();
    }

    private static int status(String line) throws IOException {
        if (line.startsWith("HTTP/1.") && line.length() >= 12) {
            try {
                return Integer.parseInt(line.substring(9, 12));
            } catch (NumberFormatException _) {
                // said below
            }
        }
        throw new ProtocolException("not an HTTP/1.1 answer: " + line.substring(0, Math.min(40, line.length())));
    }

    private Map<String, String> headers() throws IOException {
        var headers = new TreeMap<String, String>();
        for (int count = 0; ; count++) {
            var line = line();
            if (line.isEmpty()) {
                return headers;
            }
            if (count >= MAX_HEADERS) {
                throw new ProtocolException("more than " + MAX_HEADERS + " headers");
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
    }

    private static boolean chunked(Map<String, String> headers) {
        return headers.getOrDefault("transfer-encoding", "")
                .toLowerCase(Locale.ROOT)
                .contains("chunked");
    }

    private byte[] body(int status, Map<String, String> headers) throws IOException {
        if (status == 204 || status == 304) {
            return new byte[0];
        }
        if (chunked(headers)) {
            return chunks();
        }
        var length = headers.get("content-length");
        return length == null ? upTo(in.readNBytes(MAX_BODY + 1)) : exactly(parse(length, 10));
    }

    private byte[] chunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            var size = line();
            int end = size.indexOf(';');
            int length = parse(end < 0 ? size : size.substring(0, end), 16);
            if (length == 0) {
                headers(); // trailers
                return body.toByteArray();
            }
            body.write(exactly(length));
            upTo(body.size());
            line();
        }
    }

    private byte[] exactly(int length) throws IOException {
        upTo(length);
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer ended early");
        }
        return bytes;
    }

    private static byte[] upTo(byte[] bytes) throws IOException {
        upTo(bytes.length);
        return bytes;
    }

    private static void upTo(int length) throws IOException {
        if (length > MAX_BODY) {
            throw new ProtocolException("the answer is longer than " + MAX_BODY + " bytes");
        }
    }

    private static int parse(String number, int radix) throws IOException {
        try {
            return Integer.parseUnsignedInt(number.strip(), radix);
        } catch (NumberFormatException _) {
            throw new ProtocolException("not a length: " + number);
        }
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(64);
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c == '\n') {
                break;
            }
            if (line.size() > MAX_LINE) {
                throw new ProtocolException("a header line is too long");
            }
            line.write(c);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public void close() {
        try {
            if (!reusable) {
                channel.close(); // below TLS, whose farewell would wait for who does not read
            }
            socket.close();
        } catch (IOException _) {
            // nothing is lost with it
        }
    }

    /** Lets no read wait past the deadline of the exchange. */
    private final class DeadlineInput extends InputStream {
        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no complete answer in time");
            }
            socket.setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, left / 1_000_000)));
            return socket.getInputStream().read(bytes, offset, length);
        }
    }
}
