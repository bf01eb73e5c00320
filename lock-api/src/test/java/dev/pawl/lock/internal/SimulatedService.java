package dev.pawl.lock.internal;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import dev.pawl.lock.spi.TokenBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The service that all clients share, on virtual time, and a ledger of who really has what. */
final class SimulatedService {

    private final MemoryBackend memory;
    private final SimulationDefect defect;
    private final List<SimulatedContender> contests = new ArrayList<>();
    private final Map<Long, SimulatedGrant> grants = new HashMap<>();
    private final Map<String, SimulatedGrant> holders = new HashMap<>();

    SimulatedService(MemoryBackend memory, SimulationDefect defect) {
        this.memory = memory;
        this.defect = defect;
    }

    MemoryBackend memory() {
        return memory;
    }

    // --- requests ----------------------------------------------------------------------------------------------

    Attempt attempt(SimulatedContender who, boolean willWait, int tokens) {
        if (!contests.contains(who)) {
            contests.add(who);
        }
        Attempt answer = now(who.inner().attempt(willWait, reserved(tokens), Runnable::run));
        who.queued = willWait && answer instanceof Attempt.Busy;
        if (answer instanceof Attempt.Granted granted) {
            Grant inner = granted.grant();
            SimulatedGrant grant =
                    grants.computeIfAbsent(inner.firstToken(), token -> new SimulatedGrant(who, inner, defect));
            hold(who.contest().name(), grant);
            return new Attempt.Granted(grant);
        }
        return answer;
    }

    private int reserved(int tokens) {
        return defect == SimulationDefect.BLOCK_IS_OVERDRAWN ? 1 : tokens;
    }

    boolean leave(SimulatedContender who) {
        now(who.inner().leave(Runnable::run));
        who.queued = false;
        SimulatedGrant held = holders.get(who.contest().name());
        if (held != null && held.winner() == who) {
            holders.remove(who.contest().name());
        }
        return true;
    }

    Map<Grant, RenewalOutcome> renew(List<SimulatedGrant> due) {
        Map<Grant, RenewalOutcome> outcomes = new LinkedHashMap<>();
        for (SimulatedGrant grant : due) {
            Map<Grant, RenewalOutcome> one = now(memory.renew(List.of(grant.inner()), Runnable::run));
            RenewalOutcome outcome = one.get(grant.inner());
            outcomes.put(grant, outcome == null ? RenewalOutcome.UNKNOWN : outcome);
        }
        return outcomes;
    }

    Optional<TokenBlock> extend(SimulatedGrant grant, int tokens) {
        return now(memory.extend(grant.inner(), tokens, Runnable::run));
    }

    ReleaseOutcome release(SimulatedGrant grant) {
        ReleaseOutcome outcome = now(memory.release(grant.inner(), Runnable::run));
        String name = grant.contest().name();
        if (holders.get(name) == grant) {
            holders.remove(name);
        }
        return outcome;
    }

    private static <T> T now(CompletionStage<T> done) {
        return done.toCompletableFuture().join();
    }

    private void hold(String name, SimulatedGrant grant) {
        holders.put(name, grant);
        supersede(name, grant);
    }

    private void supersede(String name, @Nullable SimulatedGrant grant) {
        grants.values().stream()
                .filter(other -> other != grant && other.contest().name().equals(name))
                .forEach(other -> other.superseded = true);
    }

    // --- harm --------------------------------------------------------------------------------------------------

    void expire(String name) {
        revoke(name);
        memory.expire(name);
        holders.remove(name);
    }

    void takeOver(String name) {
        revoke(name);
        supersede(name, null);
        memory.takeOver(name);
        holders.remove(name);
    }

    void endSession(String name) {
        SimulatedGrant held = holders.get(name);
        if (held != null && memory.lose(name, LossReason.SESSION_LOST)) {
            held.revoked = true;
            held.winner().sessionLost = true;
            holders.remove(name);
        }
    }

    private void revoke(String name) {
        SimulatedGrant held = holders.get(name);
        if (held != null) {
            held.revoked = true;
        }
    }

    // --- the truth ---------------------------------------------------------------------------------------------

    /** Whether the service keeps this very grant. */
    boolean keeps(SimulatedGrant grant) {
        String name = grant.contest().name();
        return holders.get(name) == grant && memory.isHeld(name);
    }

    boolean isHeld(String name) {
        return memory.isHeld(name);
    }

    /** The grant that the service keeps, or null. */
    @Nullable
    SimulatedGrant holder(String name) {
        return memory.isHeld(name) ? holders.get(name) : null;
    }

    /** Contests of this name that the service may have in its queue. */
    List<SimulatedContender> queued(String name) {
        return contests.stream()
                .filter(contest -> contest.queued && contest.contest().name().equals(name))
                .toList();
    }
}
