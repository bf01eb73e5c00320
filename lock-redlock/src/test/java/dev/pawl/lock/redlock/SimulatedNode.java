package dev.pawl.lock.redlock;

/** A node with clocks of its own, that can be down. */
final class SimulatedNode {

    /** Some day in 2026. */
    private static final long EPOCH_MICROS = 1_790_000_000_000_000L;

    final int index;
    final int party;
    final MemoryNode memory;
    private final SimulatedTime time;
    private final long rate;
    private long dayOffset;
    private boolean up = true;
    private boolean forgetting;

    /**
     * A node.
     *
     * @param rate how much faster than true its leases run out, in millionths
     * @param dayOffset how far its time of day is ahead, in microseconds
     */
    SimulatedNode(int index, int party, SimulatedTime time, long rate, long dayOffset) {
        this.index = index;
        this.party = party;
        this.time = time;
        this.rate = rate;
        this.dayOffset = dayOffset;
        memory = new MemoryNode(this::nanos, this::micros);
    }

    /** Its time of day. */
    long micros() {
        return EPOCH_MICROS + time.now() / 1_000 + dayOffset;
    }

    private long nanos() {
        return time.now() + time.now() / 1_000_000 * rate;
    }

    boolean isUp() {
        return up;
    }

    void jump(long micros) {
        dayOffset += micros;
    }

    void crash(boolean forgets) {
        up = false;
        forgetting = forgets;
        if (forgets) {
            memory.forget();
        }
    }

    /** Whether it must not come back before the longest lease is over. */
    boolean isForgetting() {
        return forgetting;
    }

    void start() {
        forgetting = false;
        up = true;
    }
}
