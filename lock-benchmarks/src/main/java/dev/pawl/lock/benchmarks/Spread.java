package dev.pawl.lock.benchmarks;

import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * The middle of several measurements and half of them around it.
 *
 * @param low a quarter of them is below
 * @param median half of them are below
 * @param high a quarter of them is above
 */
record Spread(double low, double median, double high) {

    static Spread of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no values to take the median of");
        }
        return new Spread(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
    }

    /** Between two neighbours in proportion. */
    private static double at(double[] sorted, double fraction) {
        double position = fraction * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, low, high);
    }
}
