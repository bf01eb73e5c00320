package dev.pawl.lock.spring.boot;

import dev.pawl.lock.HeldLock;
import dev.pawl.lock.LockInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What {@link LocksEndpoint} answers. Tokens are text, since JavaScript's numbers would round them. What is not known is left out, as
 * Spring Boot does with every {@link OperationResponseBody}, however the application writes its own JSON.
 */
public final class LockDescriptors {

    private LockDescriptors() {}

    /**
     * What this instance holds.
     *
     * @param backend what the locks are kept in
     * @param guarantees one sentence
     * @param held the locks of this instance, by name
     */
    public record LocksDescriptor(String backend, String guarantees, List<HeldLockDescriptor> held)
            implements OperationResponseBody {}

    /**
     * A lock that this instance holds.
     *
     * @param name its name
     * @param token its fencing token
     * @param heldMillis for how long it has been held
     * @param remainingMillis what is left of its lease, unless it is renewed
     * @param thread which thread acquired it
     * @param waiting how many requests of this instance wait for it
     */
    public record HeldLockDescriptor(
            String name, String token, long heldMillis, long remainingMillis, String thread, int waiting) {

        static HeldLockDescriptor of(HeldLock held) {
            return new HeldLockDescriptor(
                    held.name(),
                    Long.toString(held.token().value()),
                    held.since().toMillis(),
                    held.remaining().toMillis(),
                    held.thread(),
                    held.waiting());
        }
    }

    /**
     * A lock, as the service knows it. The times are by the service's clock.
     *
     * @param name its name
     * @param held whether somebody has it. If not, nothing else is said of it, unless it was freed at once: then who had it
     * @param kind such as {@code lock}
     * @param token the newest token of the name
     * @param holder which client holds it: its {@code pawl.holder}
     * @param since since when
     * @param until when it ends, unless it is renewed
     * @param waiting how many clients wait for it
     * @param revoked whether it was taken away and its holder has not let go yet
     */
    public record LockDescriptor(
            String name,
            boolean held,
            @Nullable String kind,
            @Nullable String token,
            @Nullable String holder,
            @Nullable String since,
            @Nullable String until,
            @Nullable Integer waiting,
            @Nullable Boolean revoked)
            implements OperationResponseBody {

        static LockDescriptor free(String name) {
            return new LockDescriptor(name, false, null, null, null, null, null, null, null);
        }

        static LockDescriptor of(LockInfo info, boolean held) {
            return new LockDescriptor(
                    info.name(),
                    held,
                    info.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    Long.toString(info.token().value()),
                    info.holder().orElse(null),
                    info.since().map(LockDescriptor::iso).orElse(null),
                    info.until().map(LockDescriptor::iso).orElse(null),
                    info.waiting().isPresent() ? info.waiting().getAsInt() : null,
                    info.isRevoked());
        }

        private static String iso(Instant instant) {
            return instant.truncatedTo(ChronoUnit.MILLIS).toString();
        }
    }

    /**
     * What became of taking a lock away.
     *
     * @param released whether it was taken away
     * @param atOnce whether it was to be free at once
     * @param lock what was taken away, with a token above the holder's; or who has it now, as far as the service can say
     */
    public record ReleaseDescriptor(
            boolean released, boolean atOnce, @Nullable LockDescriptor lock) implements OperationResponseBody {}

    /**
     * Why there is no answer.
     *
     * @param error what is wrong, and what to do
     */
    public record RefusedDescriptor(String error) implements OperationResponseBody {}
}
