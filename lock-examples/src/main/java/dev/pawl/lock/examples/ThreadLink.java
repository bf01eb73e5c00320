package dev.pawl.lock.examples;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A worker that is a thread of this JVM. */
final class ThreadLink extends WorkerLink {

    private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

    private ThreadLink() {}

    static ThreadLink start(String seller, String url) {
        ThreadLink link = new ThreadLink();
        Thread thread = new Thread(() -> link.work(seller, url), "worker " + seller);
        thread.setDaemon(true);
        thread.start();
        return link;
    }

    private void work(String seller, String url) {
        Conversation talk = new Conversation() {
            @Override
            public String @Nullable [] next() throws InterruptedException {
                String order = orders.take();
                return order.equals(Fields.QUIT) ? null : Fields.split(order);
            }

            @Override
            public void say(String... fields) {
                heard(Fields.join(fields));
            }
        };
        try {
            new Worker(seller, talk).run(url);
        } catch (InterruptedException e) {
            heard(Fields.join("failed", "worker " + seller + " was interrupted"));
        }
    }

    @Override
    void tell(String... fields) {
        orders.add(Fields.join(fields));
    }

    /** A thread cannot be stopped from outside. This one waits for its next order and its lease is not renewed: the same to see. */
    @Override
    void stop() {}

    @Override
    void resume() {}

    @Override
    String stopping() {
        return "a thread that stands still, its lease not renewed";
    }

    @Override
    boolean renewsUntilStopped() {
        return false;
    }

    @Override
    public void close() {
        orders.add(Fields.QUIT);
    }
}
