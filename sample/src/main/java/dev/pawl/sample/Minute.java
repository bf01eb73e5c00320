package dev.pawl.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A minute of two instances, of which one is killed and started again: the meters are asked twice a second, and drawn. */
final class Minute {

    private static final double KILLED_AT = 20;
    private static final double STARTED_AT = 35;
    private static final double END = 60;
    private static final long EVERY_MILLIS = 500;

    private final InstanceProcess first;
    private final InstanceProcess second;
    private final Database database;
    private final List<Scrape> scrapes = new ArrayList<>();

    Minute(InstanceProcess first, InstanceProcess second, Database database) {
        this.first = first;
        this.second = second;
        this.database = database;
    }

    void draw(Path file) throws Exception {
        String firstUrl = first.url();
        String secondUrl = second.url();
        long start = System.nanoTime();
        while (seconds(start) < KILLED_AT) {
            ask(start, 1, firstUrl);
            ask(start, 2, secondUrl);
            Thread.sleep(EVERY_MILLIS);
        }
        second.kill();
        System.out.println("instance 2: killed");
        double killed = seconds(start);
        while (seconds(start) < STARTED_AT) {
            ask(start, 1, firstUrl);
            Thread.sleep(EVERY_MILLIS);
        }
        try (InstanceProcess again = InstanceProcess.start(2, 0, database)) {
            double started = END;
            while (seconds(start) < END) {
                ask(start, 1, firstUrl);
                if (again.serves()) {
                    started = Math.min(started, seconds(start));
                    ask(start, 2, again.url());
                }
                Thread.sleep(EVERY_MILLIS);
            }
            Files.writeString(file, new Dashboard(scrapes, killed, started, END).svg());
            System.out.println("The dashboard is in " + file.toAbsolutePath());
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void ask(long start, int instance, String url) throws InterruptedException {
        try {
            scrapes.add(Scrape.of(seconds(start), instance, url));
        } catch (IOException e) {
            System.out.println("instance " + instance + " did not answer: " + e);
        }
    }
}
