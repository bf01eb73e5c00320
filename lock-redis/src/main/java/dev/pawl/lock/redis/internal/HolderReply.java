package dev.pawl.lock.redis.internal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** What scripts say of a holder in numbers. */
public final class HolderReply {

    private HolderReply() {}

    /**
     * A label whose bytes stand one by one in a reply.
     *
     * @param reply the reply
     * @param from where the first byte stands; before it stands how many there are
     * @return the label, perhaps empty
     */
    public static String label(long[] reply, int from) {
        byte[] label = new byte[(int) reply[from - 1]];
        for (int i = 0; i < label.length; i++) {
            label[i] = (byte) reply[from + i];
        }
        return new String(label, StandardCharsets.UTF_8);
    }

    /**
     * When a token was granted: it is that time in microseconds by the server's clock, unless the clock was set back.
     *
     * @param token the first token of a grant
     * @param now the time of the server
     * @return the time, or empty if it lies ahead
     */
    public static Optional<Instant> granted(long token, Instant now) {
        Instant granted = Instant.EPOCH.plus(token, ChronoUnit.MICROS);
        return granted.isAfter(now) ? Optional.empty() : Optional.of(granted);
    }
}
