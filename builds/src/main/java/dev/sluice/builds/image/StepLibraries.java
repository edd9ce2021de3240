package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Which jars of Sluice's class path the steps need: Git, Jib, JSON and what they stand on, but no cluster and no Temporal. */
final class StepLibraries {
    private static final String OURS = "sluice-builds";
    private static final List<String> NEEDED = List.of(
            OURS,
            "JavaEWAH",
            "api-common-",
            "asm-",
            "auto-value-annotations-",
            "commons-codec-",
            "commons-compress-",
            "commons-io-",
            "commons-lang3-",
            "failureaccess-",
            "google-auth-library-",
            "google-http-client-",
            "grpc-api-",
            "grpc-context-",
            "gson-",
            "guava-",
            "httpclient-4",
            "httpcore-4",
            "jackson-annotations-",
            "jackson-core-",
            "jackson-databind-",
            "jackson-dataformat-yaml-",
            "jackson-datatype-",
            "javax.annotation-api-",
            "jcl-over-slf4j-",
            "jib-build-plan-",
            "jib-core-",
            "jspecify-",
            "opencensus-",
            "org.eclipse.jgit-",
            "org.eclipse.jgit.ssh.apache-",
            "slf4j-api-",
            "snakeyaml-2",
            "sshd-");

    /** In the order of their names; folders of classes, as in a build, are packed into a jar first. */
    static List<Path> of(List<Path> classPath, Path scratch) throws IOException {
        var jars = new ArrayList<Path>();
        for (var entry : classPath) {
            if (Files.isDirectory(entry)) {
                if (Files.exists(entry.resolve("dev/sluice/builds/step/StepMain.class"))) {
                    var ours = "classes-"
                            + Integer.toHexString(entry.toAbsolutePath().hashCode());
                    var jar = Files.createDirectories(scratch.resolve(ours)).resolve(OURS + ".jar");
                    ReproducibleJar.pack(entry, "dev.sluice.builds.step.StepMain", jar);
                    jars.add(jar);
                }
            } else if (NEEDED.stream().anyMatch(entry.getFileName().toString()::startsWith)) {
                jars.add(entry);
            }
        }
        if (jars.stream().noneMatch(StepLibraries::isOurs)) {
            throw new IOException("the class path of Sluice has no " + OURS + " jar: " + classPath);
        }
        jars.sort(Comparator.comparing(jar -> jar.getFileName().toString()));
        return jars;
    }

    static boolean isOurs(Path jar) {
        return jar.getFileName().toString().startsWith(OURS);
    }

    private StepLibraries() {}
}
