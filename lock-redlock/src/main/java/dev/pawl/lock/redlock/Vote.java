package dev.pawl.lock.redlock;

/** One node's answer to an attempt. */
sealed interface Vote {

    /**
     * The time of day at the node when it answered.
     *
     * @return microseconds
     */
    long nodeMicros();

    /**
     * The node is the attempt's, for the lease time from when it answered.
     *
     * @param token the node's counter, which this grant has raised
     * @param previous the counter before; 0 if the node knew of none
     * @param nodeMicros as above
     */
    record Granted(long token, long previous, long nodeMicros) implements Vote {}

    /**
     * Another has the node.
     *
     * @param holder a number that stands for the other's owner id
     * @param leftMillis how long its lease there has to run
     * @param nodeMicros as above
     */
    record Held(long holder, long leftMillis, long nodeMicros) implements Vote {}
}
