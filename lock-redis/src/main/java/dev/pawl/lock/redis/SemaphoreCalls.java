package dev.pawl.lock.redis;

import dev.pawl.lock.redis.internal.Answer;
import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The part of the conversation that is about permits: one script, which does one thing or another. Safe for use by several threads. */
final class SemaphoreCalls {

    private static final Script SCRIPT = Script.of(SemaphoreCalls.class, "semaphore.lua");

    private static final Answer<RenewalOutcome> RENEWAL =
            (reply, sentAgain) -> reply[0] == 1 ? RenewalOutcome.RENEWED : RenewalOutcome.NOT_HELD;

    private final Calls calls;
    private final String here;
    private final String tokenLifeMillis;

    /**
     * @param here what the script must know of this backend
     */
    SemaphoreCalls(Calls calls, String here, String tokenLifeMillis) {
        this.calls = calls;
        this.here = here;
        this.tokenLifeMillis = tokenLifeMillis;
    }

    CompletableFuture<Attempt> acquire(SemaphoreEntry entry, boolean willWait, Answer<Attempt> answer) {
        String wait = willWait ? entry.waitMillis() : "";
        return calls.run(
                SCRIPT, entry.keyNames(), values("acquire", entry, entry.leaseMillis(), tokenLifeMillis, wait), answer);
    }

    /** Where the request was sent again, its first sending may have given the permits back. */
    CompletableFuture<ReleaseOutcome> release(SemaphoreEntry entry, boolean leaveQueue) {
        return calls.run(
                SCRIPT,
                entry.keyNames(),
                values(leaveQueue ? "leave" : "release", entry),
                (reply, sentAgain) -> reply[0] == 1 || sentAgain ? ReleaseOutcome.RELEASED : ReleaseOutcome.NOT_HELD);
    }

    CompletableFuture<RenewalOutcome> renew(SemaphoreEntry entry, Duration time) {
        return calls.run(SCRIPT, entry.keyNames(), values("renew", entry, Long.toString(time.toMillis())), RENEWAL);
    }

    List<CompletableFuture<RenewalOutcome>> renew(List<SemaphoreEntry> entries) {
        return calls.runAll(
                SCRIPT,
                entries,
                SemaphoreEntry::keyNames,
                entry -> values("renew", entry, entry.leaseMillis()),
                RENEWAL);
    }

    private String[] values(String what, SemaphoreEntry entry, String... more) {
        String[] values = new String[6 + more.length];
        values[0] = what;
        values[1] = entry.owner();
        values[2] = entry.permits();
        values[3] = entry.limit();
        values[4] = entry.turnMillis();
        values[5] = here;
        System.arraycopy(more, 0, values, 6, more.length);
        return values;
    }
}
