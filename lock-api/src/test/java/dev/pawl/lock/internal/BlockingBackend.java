package dev.pawl.lock.internal;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A service whose client library blocks, as JDBC does: each exchange runs on the executor that it is given. An attempt can be
 * made to stand still with the service's answer on its way back. Once closed, every exchange fails.
 */
class BlockingBackend extends DelegatingBackend {

    /** One exchange, and what it ran on. */
    record Exchange(String what, Thread thread, boolean interrupted) {}

    final List<Exchange> exchanges = new CopyOnWriteArrayList<>();

    private final AtomicInteger standing = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile boolean closed;

    /** From now on no attempt returns until {@link #goOn}. */
    void standStill() {
        gate = new CountDownLatch(1);
    }

    void goOn() {
        gate.countDown();
    }

    /** How many attempts stand still. */
    int standing() {
        return standing.get();
    }

    @Override
    CompletionStage<Attempt> attempt(
            Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
        return exchange("attempt", blocking, () -> {
            Attempt answer = answer(inner.attempt(willWait, tokens, blocking));
            standing.incrementAndGet();
            awaitGate();
            standing.decrementAndGet();
            return answer;
        });
    }

    @Override
    CompletionStage<Void> leave(Contender inner, Executor blocking) {
        return exchange("leave", blocking, () -> answer(inner.leave(blocking)));
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        return exchange("renew", blocking, () -> answer(service.renew(due, blocking)));
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return exchange("release", blocking, () -> answer(service.release(grant, blocking)));
    }

    @Override
    public void close() {
        closed = true;
    }

    private <T> CompletionStage<T> exchange(String what, Executor blocking, Supplier<T> body) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Thread thread = Thread.currentThread();
                    exchanges.add(new Exchange(what, thread, thread.isInterrupted()));
                    if (closed) {
                        throw new IllegalStateException("the backend is closed");
                    }
                    return body.get();
                },
                blocking);
    }

    private static <T> T answer(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private void awaitGate() {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("an exchange was interrupted", e);
        }
    }
}
