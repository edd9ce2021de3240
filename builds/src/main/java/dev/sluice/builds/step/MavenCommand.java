package dev.sluice.builds.step;

import dev.sluice.builds.image.MavenLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How Maven is started: by its class path where MAVEN_HOME says where it lies, so that no shell is needed; else as {@code mvn}. */
final class MavenCommand {
    static List<String> find(StepContext context) throws IOException {
        var home = context.env("MAVEN_HOME").map(Path::of);
        return home.isPresent()
                ? MavenLauncher.command(
                        Path.of(System.getProperty("java.home")), home.get(), context.workingDirectory())
                : new ArrayList<>(List.of("mvn"));
    }

    /** Settings with the mirror that the installation names; a {@code settings.xml} of the user's own wins. */
    static Optional<Path> mirror(StepContext context) throws IOException {
        var url = context.env("SLUICE_MAVEN_MIRROR");
        if (url.isEmpty() || Files.exists(context.home().resolve(".m2/settings.xml"))) {
            return Optional.empty();
        }
        var settings = Files.createTempFile("settings", ".xml");
        Files.writeString(
                settings, """
                <settings>
                  <mirrors>
                    <mirror><id>sluice</id><mirrorOf>*</mirrorOf><url>%s</url></mirror>
                  </mirrors>
                </settings>
                """.formatted(url.get().replace("&", "&amp;").replace("<", "&lt;")));
        return Optional.of(settings);
    }

    private MavenCommand() {}
}
