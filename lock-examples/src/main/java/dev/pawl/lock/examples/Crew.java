package dev.pawl.lock.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The workers of one run. None of them outlives it. */
final class Crew implements AutoCloseable {

    /** One to be stopped and one to go on. */
    private static final int LEAST = 2;

    private final List<WorkerLink> links = new ArrayList<>();
    private final AtExit atExit = new AtExit(this::end);
    private final int sellers;

    private Crew(int sellers) {
        this.sellers = sellers;
    }

    /** Starts the workers and waits until each has connected. */
    static Crew start(Arguments arguments, String run, Path logs, Progress progress)
            throws IOException, DemoException, InterruptedException {
        Crew crew = new Crew(arguments.workers());
        try {
            for (int i = 1; i <= Math.max(LEAST, arguments.workers()); i++) {
                crew.links.add(start(arguments, run + "/" + i, logs.resolve("worker-" + i + ".log")));
            }
            int ready = 0;
            for (WorkerLink link : crew.links) {
                progress.answerOf(
                        link,
                        ready + " of " + crew.links.size()
                                + " workers ready; the next is loading its classes and connecting");
                ready++;
            }
            return crew;
        } catch (IOException | DemoException | InterruptedException e) {
            crew.close();
            throw e;
        }
    }

    private static WorkerLink start(Arguments arguments, String seller, Path log) throws IOException {
        return arguments.isInProcess()
                ? ThreadLink.start(seller, arguments.url())
                : ProcessLink.start(seller, arguments.url(), log);
    }

    /** What to say now and then while they sell. */
    interface Watch {
        String look() throws IOException;
    }

    /** Sets all sellers to work and waits until each is done. */
    void sell(Progress progress, Watch watch, String... order) throws IOException, DemoException, InterruptedException {
        List<WorkerLink> selling = new ArrayList<>(links.subList(0, sellers));
        selling.forEach(link -> link.tell(order));
        while (!selling.isEmpty()) {
            Thread.sleep(5);
            for (WorkerLink link : List.copyOf(selling)) {
                if (link.answer(0) != null) {
                    selling.remove(link);
                }
            }
            if (progress.isDue()) {
                progress.tick(watch.look());
            }
        }
    }

    WorkerLink first() {
        return links.get(0);
    }

    WorkerLink second() {
        return links.get(1);
    }

    private void end() {
        for (WorkerLink link : links) {
            if (link instanceof ProcessLink process) {
                process.kill();
            }
        }
    }

    @Override
    public void close() {
        links.forEach(WorkerLink::close);
        atExit.close();
    }
}
