package dev.pawl.lock.cli;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.cli.Wanted.Target;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says who has the lock, to a person who waits for it at a terminal: after a second, and whenever that changes. */
final class WaitingProgress {

    private static final int SECONDS_BEFORE_THE_FIRST = 1;
    private static final int SECONDS_BETWEEN = 2;

    private final Target target;
    private final Output output;
    private final CountDownLatch over = new CountDownLatch(1);
    private String said = "";

    private WaitingProgress(Target target, Output output) {
        this.target = target;
        this.output = output;
    }

    /** Begins to watch the wait for something. */
    static WaitingProgress of(Target target, Output output) {
        WaitingProgress progress = new WaitingProgress(target, output);
        Thread thread = new Thread(progress::tell, "says who has the lock");
        thread.setDaemon(true);
        thread.start();
        return progress;
    }

    private void tell() {
        try {
            if (over.await(SECONDS_BEFORE_THE_FIRST, TimeUnit.SECONDS) || !Terminal.hasErrors()) {
                return;
            }
            DistributedLock lock = target.lock();
            if (lock == null) {
                output.say("waiting for " + target.text() + ", which somebody else has");
                return;
            }
            do {
                lookAgain(lock);
            } while (!over.await(SECONDS_BETWEEN, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookAgain(DistributedLock lock) {
        Optional<LockInfo> seen;
        try {
            seen = lock.inspect();
        } catch (LockException e) {
            return; // The request itself meets the same fault, and says so.
        }
        seen.ifPresent(info -> {
            String news = info.token() + " " + info.waiting();
            if (!news.equals(said) && over.getCount() > 0) {
                said = news;
                output.say("waiting for " + target.text() + ", " + LockText.heldBy(info));
            }
        });
    }

    void close() {
        over.countDown();
    }
}
