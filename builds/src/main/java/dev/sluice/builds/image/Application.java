package dev.sluice.builds.image;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was built and is to become an image. */
public sealed interface Application {
    /** What a person reads about it. */
    String title();

    /**
     * A Java application: a folder of classes and resources or one jar, and what it depends on.
     *
     * @param classes null when {@code jar} is given
     */
    record Java(@Nullable Path classes, @Nullable Path jar, List<Path> dependencies, String mainClass)
            implements Application {
        public Java {
            dependencies = List.copyOf(dependencies);
            if ((classes == null) == (jar == null)) {
                throw new IllegalArgumentException("either classes or a jar");
            }
        }

        @Override
        public String title() {
            return mainClass;
        }
    }

    /** An archive that starts by itself and must stay whole. */
    record Archive(Path file) implements Application {
        @Override
        public String title() {
            return String.valueOf(file.getFileName());
        }
    }

    /** The unpacked archive of a web application, and where the servlet container of the base image looks for it. */
    record Web(Path folder, String root) implements Application {
        @Override
        public String title() {
            return "the web application in " + root;
        }
    }

    /** Files that are served as they are. */
    record Site(Path folder) implements Application {
        @Override
        public String title() {
            return "the static site " + folder.getFileName();
        }
    }

    /** A program of machine code, and the libraries of the system that it loads. */
    record Program(Path file, List<Path> libraries) implements Application {
        public Program {
            libraries = List.copyOf(libraries);
        }

        @Override
        public String title() {
            return "the program " + file.getFileName();
        }
    }

    /** What a jib.yaml describes. */
    record Described(
            List<Layer> layers,
            List<String> entrypoint,
            List<String> command,
            Map<String, String> environment,
            Map<String, String> labels,
            List<String> ports,
            List<String> volumes,
            @Nullable String user,
            @Nullable String workingDirectory)
            implements Application {
        public Described {
            layers = List.copyOf(layers);
            entrypoint = List.copyOf(entrypoint);
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            labels = Map.copyOf(labels);
            ports = List.copyOf(ports);
            volumes = List.copyOf(volumes);
        }

        /** @param files in order; a later one of the same target wins */
        public record Layer(String name, List<Entry> files) {
            public Layer {
                files = List.copyOf(files);
            }
        }

        /** @param mode octal, as {@code 644} */
        public record Entry(Path file, String target, String mode) {}

        @Override
        public String title() {
            return "what jib.yaml describes";
        }
    }
}
