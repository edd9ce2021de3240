package dev.sluice.model.time;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Periods of ISO 8601 as Knative's delivery fields write them: {@code PT0.2S}, {@code P3D}, {@code P1Y2M}. A year counts as
 * 365.2425 days and a month as the twelfth of it, since no calendar is given.
 */
public final class IsoPeriod {
    private static final Pattern SHAPE = Pattern.compile(
            "([-+]?)P(?:(\\d+(?:[.,]\\d+)?)Y)?(?:(\\d+(?:[.,]\\d+)?)M)?(?:(\\d+(?:[.,]\\d+)?)W)?"
                    + "(?:(\\d+(?:[.,]\\d+)?)D)?(?:T(?:(\\d+(?:[.,]\\d+)?)H)?(?:(\\d+(?:[.,]\\d+)?)M)?(?:(\\d+(?:[.,]\\d+)?)S)?)?");
    private static final double DAY = 86_400;
    private static final double YEAR = 365.2425 * DAY;
    /** What a field of seconds is worth, in the order of the groups. */
    private static final double[] SECONDS = {YEAR, YEAR / 12, 7 * DAY, DAY, 3_600, 60, 1};
    /** Longer than any delivery waits, and short enough for every arithmetic with it. */
    private static final double LONGEST = 1_000 * YEAR;

    /** Empty when the text is no period, or longer than a thousand years. */
    public static Optional<Duration> parse(String text) {
        var match = SHAPE.matcher(text);
        if (!match.matches() || text.endsWith("P") || text.endsWith("T")) {
            return Optional.empty();
        }
        double seconds = 0;
        for (int i = 0; i < SECONDS.length; i++) {
            var field = match.group(i + 2);
            if (field != null) {
                seconds += Double.parseDouble(field.replace(',', '.')) * SECONDS[i];
            }
        }
        if (seconds > LONGEST) {
            return Optional.empty();
        }
        long whole = (long) seconds;
        var duration = Duration.ofSeconds(whole, Math.round((seconds - whole) * 1e9));
        return Optional.of(match.group(1).equals("-") ? duration.negated() : duration);
    }

    private IsoPeriod() {}
}
