package dev.pawl.lock.internal;

import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** An engine on the in-process service, in virtual time; a test may answer the renewals itself. */
final class VirtualEngine {

    /** How renewals are answered. */
    interface Renewals {
        CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due);
    }

    /** One call to renew. */
    record Call(long millis, List<Grant> due) {}

    final SimulatedScheduler time = new SimulatedScheduler();
    final MemoryBackend service =
            MemoryBackend.builder().ticker(() -> 12_345 + time.now()).build();
    final List<Call> calls = new ArrayList<>();
    final Engine engine;
    private final Object timers = new Object();
    private Renewals renewals = due -> service.renew(due, Runnable::run);

    VirtualEngine(LockOptions options) {
        engine = new Engine(new Backend(service), options, environment(service, time, timers));
    }

    /** Virtual time, and all that runs elsewhere runs at once. */
    static Environment environment(MemoryBackend service, SimulatedScheduler time, Object timers) {
        return new Environment(
                service.ticker(),
                false,
                (delay, task) -> time.after(delay, 0, timers, task)::cancel,
                Runnable::run,
                Runnable::run,
                Runnable::run,
                bound -> 0,
                Environment.OwnerIds.random(),
                () -> time.drop(timers));
    }

    void answerRenewals(Renewals answers) {
        renewals = answers;
    }

    long millis() {
        return time.now() / 1_000_000;
    }

    int timersSet() {
        return time.pending(timers);
    }

    HeldLease acquire(String name) {
        return (HeldLease) engine.lock(name).tryAcquire().orElseThrow();
    }

    /** Lets the time go on to so many milliseconds after the beginning, and all happen that is due until then. */
    void goOnTo(long millis) {
        boolean[] there = {false};
        time.after(
                Duration.ofMillis(millis).toNanos() - time.now(),
                SimulatedScheduler.WORLD,
                null,
                () -> there[0] = true);
        while (!there[0]) {
            time.step();
        }
    }

    private final class Backend extends DelegatingBackend {
        Backend(MemoryBackend service) {
            super(service);
        }

        @Override
        public CompletionStage<Map<Grant, RenewalOutcome>> renew(Collection<Grant> due, Executor blocking) {
            calls.add(new Call(millis(), List.copyOf(due)));
            return renewals.renew(due);
        }
    }
}
