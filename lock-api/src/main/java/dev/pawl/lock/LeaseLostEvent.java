package dev.pawl.lock;

import java.time.Duration;
import java.util.Objects;

/**
 * The loss of a lease, told to {@link Lease#onLost} and {@link LockListener#onLost}.
 *
 * @param token the token of the lost lease, which names its lock
 * @param reason why it was lost
 * @param held how long it had been held
 */
public record LeaseLostEvent(FencingToken token, LossReason reason, Duration held) {

    /**
     * Refuses null components.
     *
     * @param token as above
     * @param reason as above
     * @param held as above
     */
    public LeaseLostEvent {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(held, "held");
    }

    /**
     * The name of the lock.
     *
     * @return the name
     */
    public String name() {
        return token.lock();
    }
}
