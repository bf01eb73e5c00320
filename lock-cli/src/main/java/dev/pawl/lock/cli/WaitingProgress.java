package dev.pawl.lock.cli;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockInfo;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Says who has the lock, to a person who waits for it at a terminal: after a second, and whenever that changes. */
final class WaitingProgress {

    private static final int SECONDS_BEFORE_THE_FIRST = 1;
    private static final int SECONDS_BETWEEN = 2;

    private final DistributedLock lock;
    private final boolean canAsk;
    private final Output output;
    private final CountDownLatch over = new CountDownLatch(1);
    private String said = "";

    private WaitingProgress(DistributedLock lock, boolean canAsk, Output output) {
        this.lock = lock;
        this.canAsk = canAsk;
        this.output = output;
    }

    /** Begins to watch the wait for a lock. */
    static WaitingProgress of(DistributedLock lock, Guarantees guarantees, Output output) {
        WaitingProgress progress = new WaitingProgress(lock, guarantees.supports(Capability.INSPECT), output);
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
            if (!canAsk) {
                output.say("waiting for '" + lock.name() + "', which somebody else has");
                return;
            }
            do {
                lookAgain();
            } while (!over.await(SECONDS_BETWEEN, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookAgain() {
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
                output.say("waiting for '" + lock.name() + "', " + LockText.heldBy(info));
            }
        });
    }

    void close() {
        over.countDown();
    }
}
