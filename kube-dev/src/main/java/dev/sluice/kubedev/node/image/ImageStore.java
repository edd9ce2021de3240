package dev.sluice.kubedev.node.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of this node, by content: one folder per layer, one root file system per image, made of links into the
 * layers. Two pods that want the same image at once share one pull.
 */
public final class ImageStore {

    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final Path names;
    private final Path layers;
    private final Path roots;
    private final Path scratch;
    private final RegistryClient registry;
    private final LayerArchive archive = new LayerArchive();
    private final long mostBytes;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    public ImageStore(Path directory, RegistryAccess access, long mostBytes) throws IOException {
        this.names = Files.createDirectories(directory.resolve("names"));
        this.layers = Files.createDirectories(directory.resolve("layers"));
        this.roots = Files.createDirectories(directory.resolve("roots"));
        this.scratch = directory.resolve("scratch");
        Trees.delete(scratch);
        Files.createDirectories(scratch);
        this.registry = new RegistryClient(access);
        this.mostBytes = mostBytes;
    }

    /** An image ready to run. */
    public record Image(String id, Path rootfs, ImageConfig config, long bytes) {}

    /** The image when it is here already, by that name. */
    public Optional<Image> find(ImageReference reference) {
        Path name = nameFile(reference);
        try {
            if (!Files.exists(name)) {
                return Optional.empty();
            }
            Path root = roots.resolve(Files.readString(name).strip());
            if (!Files.exists(root.resolve("image.json"))) {
                return Optional.empty();
            }
            return Optional.of(load(reference, root));
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("image", reference).setCause(e).log("cannot read a cached image");
            return Optional.empty();
        }
    }

    /** Fetches the image, or only its manifest when all the rest is here. */
    public Image pull(ImageReference reference, Credentials credentials) throws ImageException {
        var lock = locks.computeIfAbsent(reference.toString(), _ -> new ReentrantLock());
        lock.lock();
        try {
            return pullAlone(reference, credentials);
        } catch (IOException e) {
            throw new ImageException(
                    "failed to pull and unpack image \"" + reference + "\": "
                            + Optional.ofNullable(e.getMessage())
                                    .orElse(e.getClass().getSimpleName()),
                    e);
        } finally {
            lock.unlock();
        }
    }

    private Image pullAlone(ImageReference reference, Credentials credentials) throws ImageException, IOException {
        byte[] top = registry.manifest(reference, reference.version(), credentials);
        String digest = "sha256:" + sha256(top);
        if (reference.digest().isPresent() && !reference.digest().get().equals(digest)) {
            throw new ImageException(
                    "failed to pull image \"" + reference + "\": the registry's manifest has digest " + digest);
        }
        JsonNode manifest = JSON.readTree(top);
        if (manifest.has("manifests")) {
            String chosen = choosePlatform(manifest, reference);
            byte[] body = registry.manifest(reference, chosen, credentials);
            if (!chosen.equals("sha256:" + sha256(body))) {
                throw new ImageException(
                        "failed to pull image \"" + reference + "\": the registry's manifest is not " + chosen);
            }
            manifest = JSON.readTree(body);
        }
        if (!manifest.has("layers")) {
            throw new ImageException("failed to pull image \"" + reference + "\": unsupported kind of manifest");
        }
        Path root = roots.resolve(digest.substring("sha256:".length()));
        if (!Files.exists(root.resolve("image.json"))) {
            remove(root); // half of one is none
            makeRoom();
            List<Path> parts = new ArrayList<>();
            for (JsonNode layer : manifest.path("layers")) {
                parts.add(layer(reference, digest(layer, reference), credentials));
            }
            assemble(reference, digest(manifest.path("config"), reference), credentials, parts, root);
        }
        Path name = nameFile(reference);
        Path fresh = Files.createTempFile(scratch, "name", "");
        Files.writeString(fresh, String.valueOf(root.getFileName()));
        move(fresh, name);
        return load(reference, root);
    }

    private static String choosePlatform(JsonNode index, ImageReference reference) throws ImageException {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        for (JsonNode each : index.path("manifests")) {
            JsonNode platform = each.path("platform");
            if (platform.path("os").asText().equals("linux")
                    && platform.path("architecture").asText().equals(architecture)) {
                return digest(each, reference);
            }
        }
        throw new ImageException("failed to pull image \"" + reference + "\": no match for platform in manifest: linux/"
                + architecture + ": not found");
    }

    /** A digest becomes the name of a folder: what a registry sends must be one. */
    private static String digest(JsonNode descriptor, ImageReference reference) throws ImageException {
        String digest = descriptor.path("digest").asText();
        if (!DIGEST.matcher(digest).matches()) {
            throw new ImageException("failed to pull and unpack image \"" + reference + "\": invalid digest \"" + digest
                    + "\" in its manifest");
        }
        return digest;
    }

    private Path layer(ImageReference reference, String digest, Credentials credentials)
            throws ImageException, IOException {
        var lock = locks.computeIfAbsent(digest, _ -> new ReentrantLock());
        lock.lock();
        try {
            Path layer = layers.resolve(digest.replace(':', '-'));
            if (Files.isDirectory(layer)) {
                Files.setLastModifiedTime(layer, FileTime.from(Instant.now()));
                return layer;
            }
            Path fresh = Files.createTempDirectory(scratch, "layer");
            try (var in = verified(registry.blob(reference, digest, credentials))) {
                archive.unpack(in, fresh);
                in.expect(digest);
            } catch (IOException e) {
                Trees.delete(fresh);
                throw e;
            }
            Files.setAttribute(fresh, "unix:mode", 0755);
            move(fresh, layer);
            return layer;
        } finally {
            lock.unlock();
        }
    }

    private void assemble(
            ImageReference reference, String configDigest, Credentials credentials, List<Path> parts, Path root)
            throws ImageException, IOException {
        byte[] config;
        try (var in = verified(registry.blob(reference, configDigest, credentials))) {
            config = in.readAllBytes();
            in.expect(configDigest);
        }
        Path fresh = Files.createTempDirectory(scratch, "root");
        Files.setAttribute(fresh, "unix:mode", 0755);
        Path rootfs = Files.createDirectory(fresh.resolve("fs"));
        Files.setAttribute(rootfs, "unix:mode", 0755);
        for (Path part : parts) {
            archive.overlay(part, rootfs);
        }
        for (String needed : List.of("proc", "dev", "sys", "tmp", "etc", "var", "run")) {
            Path dir = rootfs.resolve(needed);
            if (!Files.exists(dir, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(dir);
                Files.setAttribute(dir, "unix:mode", needed.equals("tmp") ? 01777 : 0755);
            }
        }
        var facts = JSON.createObjectNode();
        facts.put("bytes", Trees.weigh(rootfs));
        facts.set("config", JSON.readTree(config));
        List<String> used =
                parts.stream().map(p -> String.valueOf(p.getFileName())).toList();
        facts.set("layers", JSON.valueToTree(used));
        Files.write(fresh.resolve("image.json"), JSON.writeValueAsBytes(facts));
        move(fresh, root);
    }

    private Image load(ImageReference reference, Path root) throws IOException {
        JsonNode facts = JSON.readTree(Files.readAllBytes(root.resolve("image.json")));
        Files.setLastModifiedTime(root, FileTime.from(Instant.now()));
        return new Image(
                reference.withoutVersion() + "@sha256:" + root.getFileName(),
                root.resolve("fs"),
                ImageConfig.parse(facts.path("config")),
                facts.path("bytes").asLong());
    }

    /** Which root file systems are in use, so that room is made elsewhere. */
    private volatile java.util.function.Supplier<Set<Path>> inUse = Set::of;

    public void protect(java.util.function.Supplier<Set<Path>> rootfsInUse) {
        this.inUse = rootfsInUse;
    }

    /** When the cache has outgrown its bound, the images that were not used for longest go, then layers nobody has. */
    private synchronized void makeRoom() throws IOException {
        long total = 0;
        List<Path> images = new ArrayList<>();
        try (var stream = Files.newDirectoryStream(roots)) {
            for (Path root : stream) {
                if (!Files.exists(root.resolve("image.json"))) {
                    remove(root);
                    continue;
                }
                images.add(root);
                total += JSON.readTree(Files.readAllBytes(root.resolve("image.json")))
                        .path("bytes")
                        .asLong();
            }
        }
        if (total <= mostBytes) {
            return;
        }
        images.sort(Comparator.comparingLong(p -> p.toFile().lastModified()));
        Set<Path> busy = inUse.get();
        for (Path image : images) {
            if (total <= mostBytes * 3 / 4 || busy.contains(image.resolve("fs"))) {
                continue;
            }
            total -= JSON.readTree(Files.readAllBytes(image.resolve("image.json")))
                    .path("bytes")
                    .asLong();
            LOG.atInfo().addKeyValue("image", image.getFileName()).log("removing an image that was not used lately");
            remove(image);
        }
        Set<String> wanted = ConcurrentHashMap.newKeySet();
        try (var stream = Files.newDirectoryStream(roots)) {
            for (Path root : stream) {
                JSON.readTree(Files.readAllBytes(root.resolve("image.json")))
                        .path("layers")
                        .forEach(l -> wanted.add(l.asText()));
            }
        }
        Instant recent = Instant.now().minusSeconds(3600);
        try (var stream = Files.newDirectoryStream(layers)) {
            for (Path layer : stream) {
                if (!wanted.contains(String.valueOf(layer.getFileName()))
                        && Files.getLastModifiedTime(layer).toInstant().isBefore(recent)) {
                    remove(layer);
                }
            }
        }
    }

    /** In one step as others see it, whoever is killed meanwhile: what is in its place is whole. */
    private void remove(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path away = Files.createTempDirectory(scratch, "gone");
            Files.move(folder, away.resolve("it"), StandardCopyOption.ATOMIC_MOVE);
            Trees.delete(away);
        }
    }

    private Path nameFile(ImageReference reference) {
        return names.resolve(sha256(reference.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("moving " + from + " to " + to, e);
        } catch (IOException e) {
            if (Files.isDirectory(to)) { // another process of the same cache was first
                Trees.delete(from);
                return;
            }
            throw e;
        }
    }

    private static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digester().digest(bytes));
    }

    private static MessageDigest digester() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Verified verified(InputStream in) {
        return new Verified(in);
    }

    /** A stream that knows what it has carried. */
    private static final class Verified extends DigestInputStream {
        Verified(InputStream in) {
            super(in, digester());
        }

        void expect(String digest) throws IOException {
            transferTo(java.io.OutputStream.nullOutputStream());
            String actual =
                    "sha256:" + HexFormat.of().formatHex(getMessageDigest().digest());
            if (!actual.equals(digest)) {
                throw new IOException("blob " + digest + " arrived as " + actual);
            }
        }
    }
}
