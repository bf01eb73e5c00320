package dev.pawl.lock.micrometer;

import dev.pawl.lock.LockRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * From the name of a lock, or of a group, to what is kept of that group. A tag with a value for each name would be a time series for each name, so
 * that names which differ in their numbers only are one group, and there are no more groups than a dashboard can show.
 */
final class Groups<T> {

    /** Names whose group would be one too many. */
    static final String OTHER = "other";

    static final int MOST = 100;

    private static final Pattern VARIES =
            Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]+");

    private final Map<String, T> byGroup = new ConcurrentHashMap<>();
    private final Function<String, T> make;
    private final T other;

    Groups(Function<String, T> make) {
        this.make = make;
        other = make.apply(OTHER);
    }

    /** The group that the options of a request name, or else the one that the name of its lock suggests. */
    T of(LockRequest request) {
        Optional<String> group = request.options().group();
        return group.isPresent() ? named(group.get()) : of(request.name());
    }

    /** The group that the name of a lock suggests. */
    T of(String lock) {
        return named(VARIES.matcher(lock).replaceAll("*"));
    }

    /** A group by its own name. */
    T named(String group) {
        T known = byGroup.get(group);
        if (known != null) {
            return known;
        }
        // Two threads that come at once may pass the limit by one; that is no harm.
        return byGroup.size() < MOST ? byGroup.computeIfAbsent(group, make) : other;
    }
}
