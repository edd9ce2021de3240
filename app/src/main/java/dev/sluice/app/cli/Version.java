package dev.sluice.app.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says: the jar's version, or that it is not a jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"sluice " + Objects.requireNonNullElse(version, "(development)")};
    }
}
