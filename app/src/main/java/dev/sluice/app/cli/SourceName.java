package dev.sluice.app.cli;

import dev.sluice.app.git.RemoteRepository;
import java.nio.file.Path;
import java.util.Locale;

/** The name that a service or an image gets when nobody gives it one. */
final class SourceName {
    private static final int LONGEST = 50;

    /** Of the last folder of a path or of a repository's URL. */
    static String of(Session session, String source) {
        return made(
                RemoteRepository.isUrl(source)
                        ? last(source)
                        : String.valueOf(session.path(Path.of(source)).getFileName()),
                source);
    }

    static String ofImage(String image) {
        return made(last(image.replaceFirst("[@:][^/]*$", "")), image);
    }

    private static String last(String words) {
        return words.replaceFirst("/+$", "").replaceFirst("\\.git$", "").replaceFirst(".*[/:]", "");
    }

    private static String made(String last, String source) {
        var name = last.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^[^a-z]+|-+$", "");
        if (name.isEmpty()) {
            throw new VerbException("no name can be made from " + source + "; give one with --name");
        }
        return name.length() > LONGEST ? name.substring(0, LONGEST) : name;
    }

    private SourceName() {}
}
