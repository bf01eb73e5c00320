package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a {@link LockDirectory}. One thread of its own sends everything, in the order in which it was asked for; another hears of
 * the files that were deleted.
 *
 * <p>A method that is not final is one that {@link Mistake} gets wrong.
 */
class FileBackend implements LockBackend {

    private static final Guarantees GUARANTEES = Guarantees.builder(
                    "file: locks in a directory of one machine, in no order; for the tests of the test kit")
            .crashRelease(CrashRelease.LEASE)
            .order(Order.NONE)
            .wakeUp(WakeUp.PUSH)
            .tokenDurability(TokenDurability.CLOCK_FLOORED)
            .build();

    private final LockDirectory directory;
    private final Duration ioLimit;
    private final ExecutorService sender = Executors.newSingleThreadExecutor(task -> daemon(task, "pawl-file-sender"));
    private final Map<Contest, String> waiting = new ConcurrentHashMap<>();
    private final WatchService releases;

    /** An exchange with the directory, by whoever has its turn. */
    @FunctionalInterface
    interface Exchange<T> {
        T run() throws IOException;
    }

    FileBackend(LockDirectory directory, Duration ioLimit) {
        this.directory = directory;
        this.ioLimit = ioLimit;
        try {
            releases = directory.path().getFileSystem().newWatchService();
            directory.path().register(releases, StandardWatchEventKinds.ENTRY_DELETE);
        } catch (IOException e) {
            throw new BackendFault(null, "The lock directory " + directory.path() + " cannot be watched", e)
                    .whileConnecting(Duration.ZERO);
        }
        daemon(this::hear, "pawl-file-watcher").start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public final Guarantees guarantees() {
        return GUARANTEES;
    }

    @Override
    public Contender join(Contest contest) {
        return new FileContender(contest);
    }

    private final class FileContender implements Contender {

        private final Contest contest;
        private boolean asked;

        FileContender(Contest contest) {
            this.contest = contest;
        }

        @Override
        public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
            asked = true;
            if (willWait) {
                // Before the answer: a release right after it must not be missed.
                waiting.put(
                        contest, directory.file(contest.name()).getFileName().toString());
            }
            return exchange(() -> {
                Attempt answer = directory.attempt(contest, tokens);
                if (answer instanceof Attempt.Granted) {
                    waiting.remove(contest);
                }
                return answer;
            });
        }

        @Override
        public CompletionStage<Void> leave(Executor blocking) {
            waiting.remove(contest);
            if (!asked) {
                return CompletableFuture.completedStage(null);
            }
            return exchange(() -> {
                        directory.undo(contest);
                        return true;
                    })
                    .thenAccept(done -> {});
        }
    }

    @Override
    public final CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<Grant> grants = List.copyOf(due);
        return exchange(() -> {
            Map<Grant, RenewalOutcome> outcomes = new HashMap<>();
            for (Grant grant : grants) {
                outcomes.put(grant, directory.renew(grant));
            }
            return outcomes;
        });
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return exchange(() -> directory.release(grant.contest()));
    }

    /** Having the turn needs leave to write. */
    @Override
    public final CompletionStage<?> ping(Executor blocking) {
        return exchange(() -> true);
    }

    /** What takes too long is a fault; it may still be carried out, and what undoes it comes after it. */
    final <T> CompletionStage<T> exchange(Exchange<T> exchange) {
        return CompletableFuture.supplyAsync(() -> inTurn(exchange), sender)
                .orTimeout(ioLimit.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionally(failure -> {
                    throw fault(failure);
                });
    }

    private <T> T inTurn(Exchange<T> exchange) {
        try (LockDirectory.Turn turn = directory.new Turn()) {
            return exchange.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BackendFault fault(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new BackendFault(
                null,
                "The lock directory " + directory.path() + " cannot be used, or does not answer within " + ioLimit,
                cause);
    }

    private void hear() {
        try {
            while (true) {
                WatchKey key = releases.take();
                for (WatchEvent<?> event : key.pollEvents()) {
                    wake(event.context());
                }
                key.reset();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // The end of this backend, or of what wakes it: who waits looks again by itself.
        }
    }

    /** Wakes who waits for the file; all, if the operating system could not keep up. */
    void wake(@Nullable Object file) {
        waiting.forEach((contest, wanted) -> {
            if (file == null || wanted.equals(file.toString())) {
                contest.wake();
            }
        });
    }

    /** Hears of no release any more. */
    final void stopHearing() {
        try {
            releases.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public final void close() {
        stopHearing();
        sender.shutdown();
    }
}
