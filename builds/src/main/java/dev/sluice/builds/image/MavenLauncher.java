package dev.sluice.builds.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Maven by its class path, as its script would start it: no shell is needed. */
public final class MavenLauncher {
    /** How the run-time dependencies of a project are collected; in the step image's repository. */
    public static final String COPY_DEPENDENCIES =
            "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies";

    /** The command, to which goals and options are appended. */
    public static List<String> command(Path javaHome, Path mavenHome, Path project) throws IOException {
        Path launcher;
        try (var boot = Files.list(mavenHome.resolve("boot"))) {
            launcher = boot.filter(f -> f.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no Maven in " + mavenHome));
        }
        return new ArrayList<>(List.of(
                javaHome.resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-classpath",
                launcher.toString(),
                "-Dclassworlds.conf=" + mavenHome.resolve("bin/m2.conf"),
                "-Dmaven.home=" + mavenHome,
                "-Djansi.mode=strip",
                "-Dmaven.multiModuleProjectDirectory=" + project,
                "org.codehaus.plexus.classworlds.launcher.Launcher"));
    }

    private MavenLauncher() {}
}
