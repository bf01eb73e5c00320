package dev.pawl.lock.chaos;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * That an operator takes a lock from its holder.
 *
 * @param begin with the newest token that was seen of the holder
 * @param end with the raised token; null if nobody knows what became of it
 */
record Taking(Event begin, @Nullable Event end) {

    boolean isForced() {
        return begin.note().equals(FaultKind.FORCE_RELEASE.name());
    }

    long seen() {
        return begin.token();
    }

    List<Event> events() {
        return end == null ? List.of(begin) : List.of(begin, end);
    }

    /** Whether a hold may have been ended by it that was not over: its tokens are those that were seen, or came before. */
    boolean mayHaveHit(Acquisition holder) {
        return begin.lock().equals(holder.lock()) && holder.token() <= seen();
    }

    /** For a message. */
    @Override
    public String toString() {
        return "the taking of " + begin.lock() + " from who had token " + seen()
                + Stream.ofNullable(end)
                        .map(taken -> ", which raised it to " + taken.token())
                        .findFirst()
                        .orElse("");
    }
}
