package dev.pawl.lock.memory;

import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import dev.pawl.lock.Guarantees.TokenDurability;
import dev.pawl.lock.Guarantees.WakeUp;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import dev.pawl.lock.spi.TokenBlock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock service inside this JVM: for tests, demos and programs of a single process.
 *
 * <p>One object is one service. Clients that use the same one contend with each other, as processes would:
 *
 * <pre>{@code
 * MemoryBackend service = MemoryBackend.create();
 * LockClient ours = LockClient.using(service);
 * LockClient theirs = LockClient.using(service);
 * }</pre>
 *
 * <p>The URLs {@code memory:} and {@code memory:some-name} are a service for each name and namespace, shared by all clients of
 * this JVM (of one class loader, where there are several).
 *
 * <p>It can also do the harm that a real service does, so that an application can test its answer: {@link #advance}, {@link
 * #expire(Lease)}, {@link #lose(Lease)}, {@link #takeOver}, {@link #pause}, {@link #fail(Supplier)}, {@link #loseReplies}, {@link
 * #clear}.
 *
 * <p>Safe for use by several threads. No method waits, and signals to clients are sent by the thread that caused them, after it
 * has let go of the service's own lock. {@link #close()} does nothing: closing one client leaves the service to the others.
 */
public final class MemoryBackend implements LockBackend {

    private static final Guarantees GUARANTEES = Guarantees.builder(
                    "memory: locks inside one JVM, in order of arrival; holds and token order end with the process")
            .crashRelease(CrashRelease.LEASE)
            .order(Order.FIFO)
            .wakeUp(WakeUp.PUSH)
            .tokenDurability(TokenDurability.PROCESS)
            .supports(
                    Capability.INSPECT,
                    Capability.LIST,
                    Capability.REVOKE,
                    Capability.FORCE_RELEASE,
                    Capability.HOLD_AT_LEAST,
                    Capability.RENEW,
                    Capability.SEMAPHORE,
                    Capability.READ_WRITE_LOCK)
            .build();

    private final Guard guard = new Guard();
    private final AtomicLong offset = new AtomicLong();
    private final Ticker ticker;

    // Guarded by guard, as is what it refers to.
    private final Names names;
    private List<Runnable> parked = new ArrayList<>();
    private boolean paused;
    private boolean losingReplies;
    private @Nullable Supplier<? extends RuntimeException> failure;

    private MemoryBackend(Ticker base) {
        ticker = () -> base.nanos() + offset.get();
        names = new Names(ticker, base);
    }

    /**
     * A new, empty service on {@link Ticker#SYSTEM}.
     *
     * @return the service
     */
    public static MemoryBackend create() {
        return new MemoryBackend(Ticker.SYSTEM);
    }

    /**
     * A builder for a service with a clock of its own.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Guarantees guarantees() {
        return GUARANTEES;
    }

    /**
     * The clock of the service and of its holders: the one it was made with, plus every {@link #advance}.
     *
     * @return the same clock every time
     */
    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public Contender join(Contest contest) {
        return new MemoryContender(this, contest);
    }

    @Override
    public boolean canAttemptAll() {
        return true;
    }

    @Override
    public CompletionStage<List<Grant>> attemptAll(List<Contender> contenders, Executor blocking) {
        List<Contest> contests = new ArrayList<>();
        for (Contender contender : contenders) {
            MemoryContender ours = (MemoryContender) contender;
            ours.known();
            contests.add(ours.contest());
        }
        return request(names -> names.attemptAll(contests));
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        List<Grant> copy = List.copyOf(due);
        return request(service -> service.renew(copy));
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return request(service -> service.renew(grant, time));
    }

    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return request(service -> service.releaseLater(grant, rest));
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return request(service -> service.release(grant));
    }

    @Override
    public CompletionStage<Optional<TokenBlock>> extend(Grant grant, int wanted, Executor blocking) {
        return request(service -> service.extend(grant, wanted));
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return request(Names::size);
    }

    @Override
    public CompletionStage<Optional<LockInfo>> inspect(String name, Executor blocking) {
        return request(service -> service.inspect(name));
    }

    @Override
    public CompletionStage<List<LockInfo>> list(String prefix, int limit, Executor blocking) {
        return request(service -> service.list(prefix, limit));
    }

    @Override
    public CompletionStage<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce, Executor blocking) {
        return request(service -> service.takeAway(seen, atOnce));
    }

    /** Does nothing: the service belongs to all who use it, and needs no closing. */
    @Override
    public void close() {}

    // Time

    /**
     * Moves the clock of the service and of its holders on. Leases that are due expire; their holders see it by the clock, at
     * once in {@link Lease#isValid()}; waiters are told to look again. A reservation for a waiter that was just woken does not
     * age.
     *
     * @param time how far; zero or more
     * @throws IllegalArgumentException if it is negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: a monotonic clock does not go back, but got " + time);
        }
        hook(service -> {
            offset.addAndGet(time.toNanos());
            service.wakeAll();
            return true;
        });
    }

    // Loss

    /**
     * Ends the hold of a name at the service, as the end of its lease or an operator would. The holder is not told: it learns
     * of it by its next renewal or its release. The next waiter is served.
     *
     * @param name the lock's name
     * @return false if nobody held it
     */
    public boolean expire(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.expire(name));
    }

    /**
     * Ends the hold behind a lease at the service, of whatever kind, as {@link #expire(String)} does.
     *
     * @param lease a lease of this service
     * @return false if the service does not have its hold any more
     */
    public boolean expire(Lease lease) {
        return end(lease, null);
    }

    private boolean end(Lease lease, @Nullable LossReason reason) {
        String name = lease.name();
        long token = lease.token().value();
        return hook(service -> service.end(name, token, reason)
                || service.semaphores().end(name, token, reason)
                || service.readWriteLocks().end(name, token, reason));
    }

    /**
     * Ends the hold behind a lease and tells its holder at once, as a service does that ends a session: {@link
     * LossReason#SESSION_LOST}. Of whatever kind.
     *
     * @param lease a lease of this service
     * @return false if the service does not have its hold any more
     */
    public boolean lose(Lease lease) {
        return end(lease, LossReason.SESSION_LOST);
    }

    /**
     * Ends the hold of a name and tells its holder at once.
     *
     * @param name the lock's name
     * @param reason what the holder is told
     * @return false if no client held it
     */
    public boolean lose(String name, LossReason reason) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reason, "reason");
        return hook(service -> service.end(name, null, reason));
    }

    /**
     * Gives a name to a foreign owner, which takes a token and never renews: it holds for as long as its predecessor's lease
     * time, or 30 s when there was none, or until {@link #expire}. The holder before is not told.
     *
     * @param name the lock's name
     */
    public void takeOver(String name) {
        Objects.requireNonNull(name, "name");
        hook(service -> {
            service.takeOver(name);
            return true;
        });
    }

    /** Forgets every hold and every queue, as a restart without data. Tokens go on rising; all waiters look again. */
    public void clear() {
        hook(service -> {
            service.clear();
            return true;
        });
    }

    // Faults

    /** Keeps requests from reaching the service, and so their replies from coming, until {@link #resume}. Time goes on. */
    public void pause() {
        hook(service -> paused = true);
    }

    /** Lets the requests that were made since {@link #pause} reach the service, in the order in which they were made. */
    public void resume() {
        List<Runnable> replies = new ArrayList<>();
        guard.enter();
        try {
            paused = false;
            List<Runnable> requests = parked;
            parked = new ArrayList<>();
            for (Runnable request : requests) {
                request.run();
                replies.addAll(names.drainSignals());
            }
        } finally {
            guard.taken = 0;
        }
        replies.forEach(Runnable::run);
    }

    /**
     * Makes every request fail before it reaches the service, until {@link #heal}.
     *
     * @param failure what they fail with
     */
    public void fail(RuntimeException failure) {
        Objects.requireNonNull(failure, "failure");
        fail(() -> failure);
    }

    /**
     * Makes every request fail before it reaches the service, until {@link #heal}.
     *
     * @param failure makes an exception for each; may be called by several threads
     */
    public void fail(Supplier<? extends RuntimeException> failure) {
        breakWith(failure, false);
    }

    /**
     * Makes every request take effect at the service and then fail, as a connection that breaks before the reply, until {@link
     * #heal}.
     *
     * @param failure makes an exception for each; may be called by several threads
     */
    public void loseReplies(Supplier<? extends RuntimeException> failure) {
        breakWith(failure, true);
    }

    /** Ends {@link #fail(Supplier)} and {@link #loseReplies}. */
    public void heal() {
        hook(service -> {
            failure = null;
            return true;
        });
    }

    // What there is

    /**
     * Whether somebody holds the name at the service, a foreign owner included. Its holder may think otherwise.
     *
     * @param name the lock's name
     * @return true if it is held now
     */
    public boolean isHeld(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.isHeld(name));
    }

    /**
     * How many contests wait for the name at the service. A client takes part with one, however many of its threads wait.
     *
     * @param name the lock's name
     * @return zero or more
     */
    public int waiting(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.waiting(name));
    }

    /**
     * How many permits of a semaphore are held at the service. Their holders may think otherwise.
     *
     * @param name the semaphore's name
     * @return zero or more
     */
    public int permitsHeld(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.semaphores().held(name));
    }

    /**
     * How many requests wait for permits of a semaphore at the service.
     *
     * @param name the semaphore's name
     * @return zero or more
     */
    public int waitingForPermits(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.semaphores().waiting(name));
    }

    /**
     * How many hold a reader-writer lock at the service, or wait for it.
     *
     * @param name the lock's name
     * @return zero or more
     */
    public int readersAndWriters(String name) {
        Objects.requireNonNull(name, "name");
        return hook(service -> service.readWriteLocks().holders(name)
                + service.readWriteLocks().waiting(name));
    }

    /**
     * How many names the service keeps anything of: those that are held or waited for.
     *
     * @return zero when nothing was left behind
     */
    public int names() {
        return hook(Names::size);
    }

    // Inside

    /** Runs a request at the service and its signals after it: inline, or at {@link #resume}. */
    <T> CompletionStage<T> request(Function<Names, T> request) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        List<Runnable> signals;
        guard.enter();
        try {
            if (paused) {
                parked.add(() -> serve(request, reply));
                return reply;
            }
            serve(request, reply);
            signals = names.drainSignals();
        } finally {
            guard.taken = 0;
        }
        signals.forEach(Runnable::run);
        return reply;
    }

    /** Under the guard. The reply is a signal too: completing it runs code of the client. */
    private <T> void serve(Function<Names, T> request, CompletableFuture<T> reply) {
        Supplier<? extends RuntimeException> fault = failure;
        if (fault != null && !losingReplies) {
            names.signalFirst(() -> reply.completeExceptionally(fault.get()));
            return;
        }
        T answer = request.apply(names);
        names.signalFirst(() -> {
            if (fault == null) {
                reply.complete(answer);
            } else {
                reply.completeExceptionally(fault.get());
            }
        });
    }

    private <T> T hook(Function<Names, T> action) {
        T result;
        List<Runnable> signals;
        guard.enter();
        try {
            result = action.apply(names);
            signals = names.drainSignals();
        } finally {
            guard.taken = 0;
        }
        signals.forEach(Runnable::run);
        return result;
    }

    private void breakWith(Supplier<? extends RuntimeException> fault, boolean afterEffect) {
        Objects.requireNonNull(fault, "failure");
        hook(service -> {
            failure = fault;
            losingReplies = afterEffect;
            return true;
        });
    }

    /** Builds a {@link MemoryBackend}. Not for use by several threads. */
    public static final class Builder {
        private Ticker ticker = Ticker.SYSTEM;

        private Builder() {}

        /**
         * Sets the clock of the service and of its holders, such as one that a simulation moves.
         *
         * @param ticker the clock; {@link Ticker#SYSTEM} unless set
         * @return this
         */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * Builds the service.
         *
         * @return a new, empty service
         */
        public MemoryBackend build() {
            return new MemoryBackend(ticker);
        }
    }
}
