package dev.sluice.kubedev.node.sandbox;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bridge of this node's own with a /24 behind it, and network namespaces on it that are made ahead of need. The bridge
 * is owned by whoever holds its lock file, so several nodes live side by side and what a dead one left is swept away.
 */
public final class NodeNetwork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeNetwork.class);
    private static final Path LOCKS = Path.of("/run/sluice");
    private static final int FIRST = 77;
    private static final int LAST = 95;
    private static final int READY_AHEAD = 4;

    private final int subnet;
    private final FileChannel lockFile;
    private final @Nullable String noNat;
    private final BlockingQueue<Namespace> ready = new LinkedBlockingQueue<>();
    private final Semaphore wanted = new Semaphore(READY_AHEAD);
    private final Semaphore hurry = new Semaphore(0);
    private final Set<Integer> taken = Collections.synchronizedSet(new HashSet<>());
    private final Thread maker;
    private volatile boolean closed;
    private int lastOctet = 1;

    /** A network namespace with an address, connected to the bridge. */
    public record Namespace(String name, String address, int octet) {
        public Path path() {
            return Path.of("/run/netns", name);
        }
    }

    private NodeNetwork(int subnet, FileChannel lockFile) {
        this.subnet = subnet;
        this.lockFile = lockFile;
        sweep(subnet);
        Commands.Result made = Commands.run(
                List.of("ip", "-batch", "-"),
                "link add " + bridge() + " type bridge\naddr add " + bridgeAddress() + "/24 dev " + bridge()
                        + "\nlink set " + bridge() + " up\n");
        if (!made.ok()) {
            throw new IllegalStateException("making the bridge " + bridge() + ": " + made.output());
        }
        this.noNat = allowOut();
        this.maker = Thread.ofPlatform().daemon().name("sluice-node-network").start(this::makeAhead);
    }

    /** Why this machine cannot have one and the pods that belong to it; empty when it can. Tries what pods will need. */
    public static Optional<String> missing() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("this is not Linux");
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("not running as root");
        }
        for (String program : List.of("bwrap", "ip", "nsenter", "unshare", "setpriv", "mount", "sh")) {
            if (Commands.find(program).isEmpty()) {
                return Optional.of(program + " is not installed");
            }
        }
        return Permissions.refusal();
    }

    /** Opens the network that the state folder remembers, or else the first that is free on this machine. */
    public static NodeNetwork open(Path stateDir) throws IOException {
        Files.createDirectories(LOCKS);
        Files.createDirectories(stateDir);
        sweepDead();
        Path memory = stateDir.resolve("subnet");
        List<Integer> candidates = new ArrayList<>();
        if (Files.exists(memory)) {
            candidates.add(Integer.parseInt(Files.readString(memory).strip()));
        }
        for (int i = FIRST; i <= LAST; i++) {
            candidates.add(i);
        }
        for (int candidate : candidates) {
            Optional<FileChannel> lock = lock(candidate);
            if (lock.isPresent()) {
                if (inUseByOthers(candidate)) {
                    lock.get().close();
                    continue;
                }
                NodeNetwork network = new NodeNetwork(candidate, lock.get());
                Files.writeString(memory, candidate + "\n");
                return network;
            }
        }
        throw new IOException("no free network between 10.231." + FIRST + ".0/24 and 10.231." + LAST + ".0/24");
    }

    private static Optional<FileChannel> lock(int subnet) throws IOException {
        FileChannel channel = FileChannel.open(
                LOCKS.resolve("bridge-" + subnet + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(channel);
            }
        } catch (OverlappingFileLockException _) {
            // another node in this JVM has it
        }
        channel.close();
        return Optional.empty();
    }

    private static void sweepDead() throws IOException {
        for (int i = FIRST; i <= LAST; i++) {
            if (Files.exists(Path.of("/sys/class/net", "slb" + i))) {
                Optional<FileChannel> lock = lock(i);
                if (lock.isPresent()) {
                    sweep(i);
                    lock.get().close();
                }
            }
        }
    }

    /** Removes the bridge of that number and everything that hung on it. */
    private static void sweep(int subnet) {
        StringBuilder batch = new StringBuilder();
        try (var names =
                Files.newDirectoryStream(Files.createDirectories(Path.of("/run/netns")), "slb" + subnet + "-*")) {
            names.forEach(
                    n -> batch.append("netns del ").append(n.getFileName()).append('\n'));
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("no network namespaces to sweep");
        }
        if (Files.exists(Path.of("/sys/class/net", "slb" + subnet))) {
            batch.append("link del slb").append(subnet).append('\n');
        }
        if (!batch.isEmpty()) {
            Commands.run(List.of("ip", "-force", "-batch", "-"), batch.toString());
        }
        if (Commands.find("nft").isPresent()) {
            Commands.run("nft", "delete", "table", "ip", "slb" + subnet);
        }
    }

    private static boolean inUseByOthers(int subnet) throws SocketException {
        String prefix = "10.231." + subnet + ".";
        return NetworkInterface.networkInterfaces()
                .filter(i -> !i.getName().equals("slb" + subnet))
                .flatMap(NetworkInterface::inetAddresses)
                .anyMatch(a -> a.getHostAddress().startsWith(prefix));
    }

    private @Nullable String allowOut() {
        if (Commands.find("nft").isEmpty()) {
            return "nft is not installed";
        }
        String table =
                "table ip " + bridge() + " {\n chain out { type nat hook postrouting priority srcnat; policy accept;\n"
                        + "  ip saddr " + prefix() + "0/24 oifname != \"" + bridge() + "\" masquerade\n }\n}\n";
        Commands.Result made = Commands.run(List.of("nft", "-f", "-"), table);
        if (!made.ok()) {
            return made.output();
        }
        try {
            Path forward = Path.of("/proc/sys/net/ipv4/ip_forward");
            if (!Files.readString(forward).strip().equals("1")) {
                Files.writeString(forward, "1");
            }
        } catch (IOException e) {
            return "forwarding is off: " + e.getMessage();
        }
        return null;
    }

    /** Why pods cannot reach the outside; empty when they can. */
    public Optional<String> withoutNat() {
        return Optional.ofNullable(noNat);
    }

    public String bridge() {
        return "slb" + subnet;
    }

    public String bridgeAddress() {
        return prefix() + "1";
    }

    private String prefix() {
        return "10.231." + subnet + ".";
    }

    /** A namespace nobody uses; normally one that is ready. */
    Namespace take() throws InterruptedException {
        Namespace namespace = ready.take();
        wanted.release();
        if (ready.size() <= READY_AHEAD / 2) {
            hurry.release();
        }
        return namespace;
    }

    void giveBack(Namespace namespace) {
        Commands.run("ip", "netns", "del", namespace.name());
        taken.remove(namespace.octet());
    }

    private void makeAhead() {
        boolean complained = false;
        while (!closed) {
            try {
                wanted.acquire();
                hurry.drainPermits();
                if (ready.size() > READY_AHEAD / 2) {
                    // the pod that took one starts now, and needs the processors
                    var _ = hurry.tryAcquire(1, TimeUnit.SECONDS);
                }
                while (!closed) {
                    try {
                        ready.add(make());
                        complained = false;
                        break;
                    } catch (IllegalStateException e) {
                        if (!closed && !complained) {
                            LOG.atError().setCause(e).log("cannot make a network namespace; trying on");
                            complained = true;
                        }
                        Thread.sleep(500);
                    }
                }
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private Namespace make() {
        int octet = freeOctet();
        String name = bridge() + "-" + octet;
        String outside = "sl" + subnet + "v" + octet;
        Commands.Result made = Commands.run(
                List.of("ip", "-batch", "-"),
                "netns add " + name + "\nlink add " + outside + " type veth peer name eth0 netns " + name
                        + "\nlink set " + outside + " master " + bridge() + " up\n");
        if (made.ok()) {
            String inside =
                    "echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start; ip -batch - <<END\nlink set lo up\naddr add "
                            + prefix() + octet + "/24 dev eth0\nlink set eth0 up\nroute add default via "
                            + bridgeAddress()
                            + "\nEND\n";
            made = Commands.run(List.of("nsenter", "--net=/run/netns/" + name, "sh", "-s"), inside);
        }
        if (!made.ok()) {
            Commands.run("ip", "netns", "del", name);
            taken.remove(octet);
            throw new IllegalStateException("making the network namespace " + name + ": " + made.output());
        }
        return new Namespace(name, prefix() + octet, octet);
    }

    private int freeOctet() {
        for (int i = 0; i < 253; i++) {
            lastOctet = lastOctet >= 254 ? 2 : lastOctet + 1;
            if (taken.add(lastOctet)) {
                return lastOctet;
            }
        }
        throw new IllegalStateException("all addresses of " + prefix() + "0/24 are in use");
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        maker.interrupt();
        try {
            maker.join(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        sweep(subnet);
        lockFile.close();
    }
}
