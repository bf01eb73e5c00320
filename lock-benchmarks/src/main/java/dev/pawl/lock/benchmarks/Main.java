package dev.pawl.lock.benchmarks;

import java.io.IOException;
import java.util.Arrays;

/** {@code speed} makes the speed report; everything else goes to JMH. */
public final class Main {

    private static final String SPEED = "speed";

    private Main() {}

    /**
     * Runs what the first argument names.
     *
     * @param args {@code speed} and the options of {@link SpeedOptions}, or what JMH takes
     * @throws IOException if JMH or the report cannot read or write a file
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0 && args[0].equals(SPEED)) {
            SpeedReport.run(SpeedOptions.parse(Arrays.asList(args).subList(1, args.length)), System.out);
        } else {
            org.openjdk.jmh.Main.main(args);
        }
    }
}
