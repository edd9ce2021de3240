package dev.sluice.app.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Tells the demo to a person: numbered chapters, indented facts, a tick where something was shown to hold. */
final class Narrator {
    private final PrintStream out;
    private final boolean colour;
    private int chapter;

    Narrator(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    void chapter(String title) {
        out.println();
        out.println(bold(++chapter + ". " + title));
    }

    /** What a user would type to get the same. */
    void command(String line) {
        out.println("   " + dim("$ " + line));
    }

    void fact(String text) {
        out.println("   " + text);
    }

    void shown(String text) {
        out.println("   " + green("✓") + " " + text);
    }

    void plain(String line) {
        out.println(line);
    }

    static String time(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        if (millis < 10) {
            return String.format(Locale.ROOT, "%.1f ms", millis);
        }
        return millis < 1000
                ? String.format(Locale.ROOT, "%.0f ms", millis)
                : String.format(Locale.ROOT, "%.2f s", millis / 1000);
    }

    private String bold(String text) {
        return colour ? "\033[1m" + text + "\033[0m" : text;
    }

    private String dim(String text) {
        return colour ? "\033[2m" + text + "\033[0m" : text;
    }

    private String green(String text) {
        return colour ? "\033[32m" + text + "\033[0m" : text;
    }
}
