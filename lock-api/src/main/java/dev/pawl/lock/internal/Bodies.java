package dev.pawl.lock.internal;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.LeaseAction;
import dev.pawl.lock.LeaseFunction;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The forms with a body: each is a way to acquire, the body, and the end of the lease. */
abstract class Bodies<L extends AutoCloseable> implements Acquirable<L> {

    /** Releases, as the lease's own {@code close()} does. */
    abstract void close(L lease);

    /** As the lease's own {@code onLost()}. */
    abstract void onLost(L lease, Consumer<LeaseLostEvent> action);

    /** Whether a body is interrupted when its lease is lost. */
    abstract boolean interruptsOnLoss();

    @Override
    public <X extends Exception> void run(LeaseAction<? super L, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        perform(acquire(), body);
    }

    @Override
    public <X extends Exception> void run(Duration timeout, LeaseAction<? super L, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        perform(acquire(timeout), body);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T call(LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return within(acquire(), body);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T call(
            Duration timeout, LeaseFunction<? super L, T, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return within(acquire(timeout), body);
    }

    @Override
    public <X extends Exception> boolean tryRun(LeaseAction<? super L, X> body) throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return ranWithin(tryAcquire(), body);
    }

    @Override
    public <X extends Exception> boolean tryRun(Duration timeout, LeaseAction<? super L, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return ranWithin(tryAcquire(timeout), body);
    }

    @Override
    public <T, X extends Exception> Optional<T> tryCall(LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return resultWithin(tryAcquire(), body);
    }

    @Override
    public <T, X extends Exception> Optional<T> tryCall(Duration timeout, LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException {
        Objects.requireNonNull(body, "body");
        return resultWithin(tryAcquire(timeout), body);
    }

    private <X extends Exception> boolean ranWithin(Optional<L> won, LeaseAction<? super L, X> body)
            throws X, InterruptedException {
        if (won.isEmpty()) {
            return false;
        }
        perform(won.get(), body);
        return true;
    }

    private <T, X extends Exception> Optional<T> resultWithin(Optional<L> won, LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException {
        if (won.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(within(
                won.get(), lease -> Objects.requireNonNull(body.apply(lease), "the body of tryCall returned null")));
    }

    private <X extends Exception> void perform(L lease, LeaseAction<? super L, X> body) throws X, InterruptedException {
        within(lease, held -> {
            body.run(held);
            return true;
        });
    }

    /** As try-with-resources has it: what the body throws comes first, what closing throws is suppressed. */
    private <T extends @Nullable Object, X extends Exception> T within(L lease, LeaseFunction<? super L, T, X> body)
            throws X, InterruptedException {
        T result;
        try {
            result = interruptsOnLoss() ? interruptibly(lease, body) : body.apply(lease);
        } catch (Throwable thrown) {
            closeAfter(thrown, lease);
            throw thrown;
        }
        close(lease);
        return result;
    }

    private <T extends @Nullable Object, X extends Exception> T interruptibly(
            L lease, LeaseFunction<? super L, T, X> body) throws X, InterruptedException {
        Interruption interruption = new Interruption();
        try {
            onLost(lease, event -> interruption.interrupt());
            return body.apply(lease);
        } catch (InterruptedException e) {
            if (interruption.end(true)) {
                throw lossInstead(lease, e);
            }
            throw e;
        } finally {
            interruption.end(false);
        }
    }

    /** What closing says of the loss. Should the body have closed the lease, it has heard of it. */
    private LeaseLostException lossInstead(L lease, InterruptedException interrupt) throws InterruptedException {
        try {
            close(lease);
        } catch (LeaseLostException lost) {
            lost.addSuppressed(interrupt);
            return lost;
        }
        throw interrupt;
    }

    private void closeAfter(Throwable thrown, L lease) {
        try {
            close(lease);
        } catch (Throwable e) {
            thrown.addSuppressed(e);
        }
    }
}
