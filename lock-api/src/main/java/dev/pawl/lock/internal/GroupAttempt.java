package dev.pawl.lock.internal;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Grant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One exchange for several names: all or none. It overtakes nobody: a name that this process holds or waits for, and at the
 * service one that others wait for, is not free. Who gets none takes the names one after the other.
 */
final class GroupAttempt {

    private final Engine engine;
    private final LockOptions options;

    /** In canonical order. */
    private final Map<GroupContest, Contender> contenders = new LinkedHashMap<>();

    private long sentAt;

    private GroupAttempt(Engine engine, LockOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /**
     * Asks for all names.
     *
     * @param names in canonical order
     * @param blocking where a blocking client library may run
     * @return the leases in the same order, none if not all could be had, or why the service could not be asked
     */
    static CompletableFuture<List<Lease>> of(
            Engine engine, Collection<String> names, LockOptions options, Executor blocking) {
        boolean occupied = names.stream().anyMatch(engine::isOccupied);
        if (engine.isClosed()
                || occupied
                || names.size() < 2
                || !engine.backend().canAttemptAll()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return new GroupAttempt(engine, options).run(names, blocking);
    }

    private CompletableFuture<List<Lease>> run(Collection<String> names, Executor blocking) {
        for (String name : names) {
            GroupContest contest =
                    new GroupContest(name, engine.environment().owners().next(), engine.holder(), options);
            contenders.put(contest, engine.backend().join(contest));
            engine.observers().attempt(name, Observers.Teller.CALLER);
        }
        sentAt = engine.now();
        CompletableFuture<List<Lease>> leases = new CompletableFuture<>();
        Stages.of(() -> engine.backend().attemptAll(List.copyOf(contenders.values()), blocking))
                .whenComplete((grants, failure) -> {
                    try {
                        answered(grants, failure, leases);
                    } catch (Throwable e) {
                        leases.completeExceptionally(e);
                        leave();
                    }
                });
        return leases;
    }

    private void answered(
            @Nullable List<Grant> grants, @Nullable Throwable failure, CompletableFuture<List<Lease>> leases) {
        if (grants == null || (!grants.isEmpty() && grants.size() != contenders.size())) {
            leave();
            leases.completeExceptionally(Causes.of(failure, "the backend granted a part of a group"));
        } else if (grants.isEmpty()) {
            leases.complete(List.of());
        } else {
            adopt(grants, leases);
        }
    }

    /** Also a hold that was won: whoever has no lease on it takes it back. */
    private void leave() {
        contenders.forEach((contest, contender) -> engine.undoer()
                .undo(
                        contest.name(),
                        contest.leaseTime().toNanos(),
                        contender::leave,
                        engine.environment().io()));
    }

    /** Gives each hold to the queue of its name. If there is no place for one of them, the others go back. */
    private void adopt(List<Grant> grants, CompletableFuture<List<Lease>> leases) {
        Map<GroupContest, CompletableFuture<@Nullable HeldLease>> adopted = new LinkedHashMap<>();
        contenders.keySet().forEach(contest -> adopted.put(contest, new CompletableFuture<>()));
        for (Grant grant : grants) {
            if (grant.contest() instanceof GroupContest won && adopted.get(won) != null) {
                engine.adopt(won, grant, sentAt, Objects.requireNonNull(adopted.get(won)));
            }
        }
        CompletableFuture.allOf(adopted.values().toArray(CompletableFuture<?>[]::new))
                .whenComplete((nothing, failure) -> {
                    try {
                        settle(adopted, failure, leases);
                    } catch (Throwable e) {
                        leases.completeExceptionally(e);
                        leave();
                    }
                });
    }

    private void settle(
            Map<GroupContest, CompletableFuture<@Nullable HeldLease>> adopted,
            @Nullable Throwable failure,
            CompletableFuture<List<Lease>> leases) {
        if (failure != null) {
            leave();
            leases.completeExceptionally(Causes.of(failure, "no answer"));
            return;
        }
        List<Lease> all = new ArrayList<>();
        adopted.values().forEach(future -> addIfThere(all, future.join()));
        if (all.size() == contenders.size()) {
            leases.complete(all);
        } else {
            all.forEach(Lease::releaseAsync);
            leases.complete(List.of());
        }
    }

    private static void addIfThere(List<Lease> all, @Nullable HeldLease lease) {
        if (lease != null) {
            all.add(lease);
        }
    }
}
