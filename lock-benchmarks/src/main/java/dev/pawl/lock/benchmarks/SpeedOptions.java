package dev.pawl.lock.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code speed} is told.
 *
 * @param url {@code --url}: the Redis to measure on, {@code redis://host:port}; null for one of its own
 * @param rounds {@code --rounds}: how often each measurement is repeated
 * @param slice {@code --slice}: for how many ms each side of a round runs
 * @param warmUp {@code --warm-up}: how many rounds before that are not counted
 * @param write {@code --write}: a file for the report, in Markdown; null to print only
 */
record SpeedOptions(
        @Nullable String url,
        int rounds,
        Duration slice,
        int warmUp,
        @Nullable Path write) {

    private static final SpeedOptions DEFAULTS = new SpeedOptions(null, 31, Duration.ofMillis(300), 10, null);

    static SpeedOptions parse(List<String> args) {
        SpeedOptions options = DEFAULTS;
        Iterator<String> rest = args.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            if (!rest.hasNext()) {
                throw new IllegalArgumentException(option + ": a value is missing");
            }
            options = options.with(option, rest.next());
        }
        return options;
    }

    private SpeedOptions with(String option, String value) {
        return switch (option) {
            case "--url" -> new SpeedOptions(value, rounds, slice, warmUp, write);
            case "--rounds" -> new SpeedOptions(url, positive(option, value), slice, warmUp, write);
            case "--slice" -> new SpeedOptions(url, rounds, Duration.ofMillis(positive(option, value)), warmUp, write);
            case "--warm-up" -> new SpeedOptions(url, rounds, slice, positive(option, value), write);
            case "--write" -> new SpeedOptions(url, rounds, slice, warmUp, Path.of(value));
            default ->
                throw new IllegalArgumentException(
                        option + ": not known; there are --url, --rounds, --slice, --warm-up and --write");
        };
    }

    private static int positive(String option, String value) {
        try {
            int number = Integer.parseInt(value);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": a whole number is needed, but got '" + value + "'", e);
        }
        throw new IllegalArgumentException(option + ": must be at least 1, but got " + value);
    }
}
