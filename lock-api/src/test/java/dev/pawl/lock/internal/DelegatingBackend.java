package dev.pawl.lock.internal;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The in-process service behind a conversation that a test may spoil: it overrides what it needs to. */
class DelegatingBackend implements LockBackend {

    final MemoryBackend service;

    DelegatingBackend() {
        this(MemoryBackend.create());
    }

    DelegatingBackend(MemoryBackend service) {
        this.service = service;
    }

    @Override
    public Guarantees guarantees() {
        return service.guarantees();
    }

    @Override
    public Ticker ticker() {
        return service.ticker();
    }

    @Override
    public Contender join(Contest contest) {
        Contender inner = service.join(contest);
        return new Contender() {
            @Override
            public CompletionStage<Attempt> attempt(boolean willWait, int tokens, Executor blocking) {
                return DelegatingBackend.this.attempt(contest, inner, willWait, tokens, blocking);
            }

            @Override
            public CompletionStage<Void> leave(Executor blocking) {
                return DelegatingBackend.this.leave(inner, blocking);
            }
        };
    }

    CompletionStage<Attempt> attempt(
            Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
        return inner.attempt(willWait, tokens, blocking);
    }

    CompletionStage<Void> leave(Contender inner, Executor blocking) {
        return inner.leave(blocking);
    }

    @Override
    public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
        return service.renew(due, blocking);
    }

    @Override
    public CompletionStage<RenewalOutcome> renew(Grant grant, Duration time, Executor blocking) {
        return service.renew(grant, time, blocking);
    }

    @Override
    public CompletionStage<ReleaseOutcome> releaseLater(Grant grant, Duration rest, Executor blocking) {
        return service.releaseLater(grant, rest, blocking);
    }

    @Override
    public CompletionStage<ReleaseOutcome> release(Grant grant, Executor blocking) {
        return service.release(grant, blocking);
    }

    @Override
    public CompletionStage<?> ping(Executor blocking) {
        return service.ping(blocking);
    }

    @Override
    public void close() {}
}
