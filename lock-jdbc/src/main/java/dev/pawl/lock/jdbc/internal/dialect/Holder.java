package dev.pawl.lock.jdbc.internal.dialect;

/**
 * Who has a lock.
 *
 * @param owner empty for nobody; {@code ~} and a member for whom it is reserved; {@code !} and an owner from whom it was taken away
 * @param leftMicros for how long
 */
public record Holder(String owner, long leftMicros) {

    public boolean isReservation() {
        return owner.startsWith("~");
    }
}
