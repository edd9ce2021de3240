package dev.sluice.builds.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.builds.image.Application;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@code jib.yaml} (apiVersion jib/v1alpha1, kind BuildFile): which files lie where in which layer of an image, and how it starts. Of
 * its file properties the permissions are obeyed; owners and times are those of every image made here.
 */
final class JibFile {
    private static final Set<String> FIELDS = Set.of(
            "apiVersion",
            "kind",
            "from",
            "creationTime",
            "format",
            "environment",
            "labels",
            "volumes",
            "exposedPorts",
            "user",
            "workingDirectory",
            "entrypoint",
            "cmd",
            "layers");

    private final Path directory;
    private final JsonNode root;

    private JibFile(Path directory, JsonNode root) {
        this.directory = directory;
        this.root = root;
    }

    static Application.Described read(Path file, OwnFiles own) throws IOException {
        return of(file).application(own);
    }

    /** The image to begin with, where the file names one. */
    static Optional<String> base(Path file) throws IOException {
        var image = of(file).root.path("from").path("image").asText("");
        return image.isEmpty() ? Optional.empty() : Optional.of(image);
    }

    private static JibFile of(Path file) throws IOException {
        try {
            var root = new YAMLMapper().readTree(Files.readString(file));
            if (!root.isObject() || !"BuildFile".equals(root.path("kind").asText())) {
                throw bad("it is not of kind BuildFile");
            }
            if (!"jib/v1alpha1".equals(root.path("apiVersion").asText())) {
                throw bad("its apiVersion is not jib/v1alpha1");
            }
            root.fieldNames().forEachRemaining(name -> {
                if (!FIELDS.contains(name)) {
                    throw bad("there is no field \"" + name + "\"");
                }
            });
            return new JibFile(file.resolveSibling("").toAbsolutePath(), root);
        } catch (JsonProcessingException e) {
            throw bad(e.getOriginalMessage().lines().findFirst().orElse("it is no YAML"));
        }
    }

    private Application.Described application(OwnFiles own) throws IOException {
        var layers = new ArrayList<Application.Described.Layer>();
        var inherited = Modes.of(root.path("layers").path("properties"), new Modes("644", "755"));
        for (var entry : root.path("layers").path("entries")) {
            var modes = Modes.of(entry.path("properties"), inherited);
            var files = new ArrayList<Application.Described.Entry>();
            for (var copy : entry.path("files")) {
                copy(copy, Modes.of(copy.path("properties"), modes), own, files);
            }
            layers.add(new Application.Described.Layer(entry.path("name").asText("layer"), files));
        }
        var ports = texts("exposedPorts");
        for (var port : ports) {
            if (!port.matches("\\d{1,5}(/(tcp|udp))?")) {
                throw bad("exposedPorts: \"" + port + "\" is no port");
            }
        }
        absolute("volumes", texts("volumes"));
        absolute(
                "workingDirectory",
                Optional.ofNullable(text("workingDirectory")).stream().toList());
        return new Application.Described(
                layers,
                texts("entrypoint"),
                texts("cmd"),
                map("environment"),
                map("labels"),
                ports,
                texts("volumes"),
                text("user"),
                text("workingDirectory"));
    }

    private record Modes(String file, String folder) {
        static Modes of(JsonNode properties, Modes inherited) {
            var modes = new Modes(
                    properties.path("filePermissions").asText(inherited.file()),
                    properties.path("directoryPermissions").asText(inherited.folder()));
            if (!modes.file().matches("[0-7]{3}") || !modes.folder().matches("[0-7]{3}")) {
                throw bad("permissions are three octal digits, not " + properties);
            }
            return modes;
        }
    }

    private static void absolute(String field, List<String> paths) {
        for (var path : paths) {
            if (!path.startsWith("/")) {
                throw bad(field + ": \"" + path + "\" is no absolute path");
            }
        }
    }

    private void copy(JsonNode copy, Modes modes, OwnFiles own, List<Application.Described.Entry> files)
            throws IOException {
        var source = copy.path("src").asText("");
        var target = copy.path("dest").asText("");
        if (source.isEmpty() || !target.startsWith("/")) {
            throw bad("a file needs src and an absolute dest: " + copy);
        }
        var from = directory.resolve(source).normalize();
        if (!from.startsWith(directory.normalize()) || !Files.exists(from)) {
            throw bad("the source has no file " + source);
        }
        if (Files.isRegularFile(from)) {
            own.check(from);
            var to = target.endsWith("/") ? target + from.getFileName() : target;
            files.add(new Application.Described.Entry(from, to, modes.file()));
            return;
        }
        try (var tree = Files.walk(from)) {
            for (var file : tree.sorted().toList()) {
                if (taken(copy, from, file)
                        && !OwnFiles.isGits(directory.normalize().relativize(file))) {
                    own.check(file);
                    var below = from.relativize(file).toString();
                    var to = below.isEmpty() ? target : target.replaceFirst("/+$", "") + "/" + below;
                    files.add(new Application.Described.Entry(
                            file, to, Files.isDirectory(file) ? modes.folder() : modes.file()));
                }
            }
        }
    }

    private static boolean taken(JsonNode copy, Path root, Path file) {
        boolean included = copy.path("includes").isEmpty()
                || (Files.isRegularFile(file) && any(copy.path("includes"), root, file));
        return included && !any(copy.path("excludes"), root, file);
    }

    private static boolean any(JsonNode globs, Path root, Path file) {
        for (var glob : globs) {
            var matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob.asText());
            if (matcher.matches(root.relativize(file)) || matcher.matches(file)) {
                return true;
            }
        }
        return false;
    }

    private List<String> texts(String field) {
        var texts = new ArrayList<String>();
        root.path(field).forEach(node -> texts.add(node.asText()));
        return texts;
    }

    private Map<String, String> map(String field) {
        var map = new TreeMap<String, String>();
        root.path(field)
                .properties()
                .forEach(e -> map.put(e.getKey(), e.getValue().asText()));
        return map;
    }

    private @Nullable String text(String field) {
        var text = root.path(field).asText("");
        return text.isEmpty() ? null : text;
    }

    private static StepFailure bad(String why) {
        return new StepFailure("BadJibYaml", "jib.yaml: " + why);
    }
}
