package dev.pawl.lock.internal;

import java.util.SplittableRandom;

/**
 * How bad the network and the service are.
 *
 * @param travel the longest a message normally takes, one way
 * @param slow how often a message takes up to two leases instead
 * @param dropped how often a request does not arrive
 * @param unanswered how often a reply does not come back
 * @param doubtful how often the client's time limit ends a request that still arrives
 * @param duplicated how often a request arrives, and its reply is lost, and the client library sends it again
 * @param refused how often the client library throws at once
 * @param deaf how often a signal is lost
 */
record SimulatedWeather(
        long travel,
        double slow,
        double dropped,
        double unanswered,
        double doubtful,
        double duplicated,
        double refused,
        double deaf) {

    static final long MILLI = 1_000_000;

    static SimulatedWeather calm() {
        return new SimulatedWeather(2 * MILLI, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Nothing fails, but much is slow, early, twice, or not heard. */
    static SimulatedWeather hazy() {
        return new SimulatedWeather(5 * MILLI, 0.03, 0, 0, 0, 0.05, 0, 0.3);
    }

    static SimulatedWeather stormy(SplittableRandom random) {
        double worst = random.nextDouble(0.02, 0.25);
        return new SimulatedWeather(
                random.nextLong(MILLI, 20 * MILLI),
                random.nextDouble(worst),
                random.nextDouble(worst),
                random.nextDouble(worst),
                random.nextDouble(worst),
                random.nextDouble(worst),
                random.nextDouble(worst),
                random.nextDouble());
    }

    boolean isCalm() {
        return equals(calm());
    }
}
