package dev.pawl.lock.redlock;

import dev.pawl.lock.LossReason;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One request of a client and, if it is granted, its lease: what the engine does, in a page. */
final class SimulatedRequest implements Contest {

    private static final long CEILING = 1_000 * Simulation.MILLI;

    private enum State {
        ATTEMPTING,
        RESTING,
        HOLDING,
        ENDED
    }

    final SimulatedClient client;
    private final Simulation world;
    private final String owner;
    private final boolean patient;
    private final int tokens;
    private final RedlockContender contender;
    private State state = State.RESTING;
    private boolean woken;
    private long looks;
    private long sentAt;
    private long deadline;
    private long floor;
    private int attempts;

    SimulatedRequest(Simulation world, SimulatedClient client, boolean patient, int tokens) {
        this.world = world;
        this.client = client;
        this.patient = patient;
        this.tokens = tokens;
        owner = client.nextOwner();
        contender = new RedlockContender(client.quorum, this, SimulatedClient.KEYS);
    }

    @Override
    public String name() {
        return "a";
    }

    @Override
    public String owner() {
        return owner;
    }

    @Override
    public Duration leaseTime() {
        return Duration.ofMillis(world.leaseMillis());
    }

    @Override
    public Duration retryCeiling() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void lost(LossReason reason) {
        throw new AssertionError("no node tells of a loss by itself");
    }

    boolean isOpen() {
        return state != State.ENDED && !world.time().isDead(client.party);
    }

    boolean isPatient() {
        return patient;
    }

    /** Whether the holder may believe in its lease now. */
    boolean isValid() {
        return state == State.HOLDING && client.nanos() - deadline < 0;
    }

    // --- contending --------------------------------------------------------------------------------------------------

    void attempt() {
        state = State.ATTEMPTING;
        woken = false;
        attempts++;
        client.forgetVotes(owner);
        floor = world.checker().floor();
        sentAt = client.nanos();
        contender.attempt(patient, tokens, Runnable::run).whenComplete(this::answered);
    }

    private void answered(@Nullable Attempt answer, @Nullable Throwable failure) {
        if (state != State.ATTEMPTING) {
            return;
        }
        boolean busy = answer instanceof Attempt.Busy
                || (failure != null && world.mutant() == Mutant.FAULT_IS_TAKEN_FOR_CONTENTION);
        world.trace(() -> client + " " + owner + ": " + answer + (failure == null ? "" : failure));
        if (answer instanceof Attempt.Granted granted) {
            granted(granted.grant());
        } else if (busy) {
            world.checker().busy(this, client.votes(owner), client.metRival(owner));
            rest(answer instanceof Attempt.Busy told ? told.retryAfter() : Duration.ofMillis(10));
        } else {
            world.checker().failed(this, failure);
            leave();
        }
    }

    private void rest(Duration retryAfter) {
        if (!patient) {
            leave();
            return;
        }
        state = State.RESTING;
        if (woken) {
            attempt();
            return;
        }
        long look = ++looks;
        long rest = Math.min(CEILING, Math.max(Simulation.MILLI, retryAfter.toNanos()));
        world.time().after(rest, client.party, () -> {
            if (look == looks) {
                wake();
            }
        });
    }

    @Override
    public void wake() {
        woken = true;
        if (state == State.RESTING) {
            looks++;
            attempt();
        }
    }

    /** The caller has gone, whatever the request was at. */
    void withdraw() {
        if (state == State.ATTEMPTING || state == State.RESTING) {
            leave();
        }
    }

    private void leave() {
        state = State.ENDED;
        client.undo(owner, () -> contender.leave(Runnable::run));
    }

    int attempts() {
        return attempts;
    }

    // --- holding -----------------------------------------------------------------------------------------------------

    private void granted(Grant grant) {
        long from = world.mutant() == Mutant.VALIDITY_FROM_AFTER_THE_REPLY ? client.nanos() : sentAt;
        deadline = from + world.leaseNanos() - world.margin();
        state = State.HOLDING;
        if (!isValid()) {
            release(grant);
            return;
        }
        long last = grant.firstToken() + grant.tokens() - 1;
        long first = world.mutant() == Mutant.BLOCK_IS_AS_LARGE_AS_ASKED ? last - tokens + 1 : grant.firstToken();
        long end = world.mutant() == Mutant.HAND_OFF_BEYOND_THE_BLOCK ? first + tokens - 1 : last;
        world.checker().granted(this, grant.firstToken(), last, floor);
        world.checker().used(this, first);
        long hold = world.holdTime();
        world.time().after(hold, client.party, () -> release(grant));
        // The last ones are those that another might have had.
        handOff(Math.max(first + 1, end - 2), end, hold);
        if (world.renews()) {
            renewAfter(world.leaseNanos() / 3, grant);
        }
    }

    /** As the engine does when more wait in this process: another holds on, with a token of its own. */
    private void handOff(long token, long last, long hold) {
        if (token <= last) {
            world.time().after(world.anInstantOf(hold), client.party, () -> {
                if (isValid()) {
                    world.checker().used(this, token);
                    handOff(token + 1, last, hold);
                }
            });
        }
    }

    private void renewAfter(long delay, Grant grant) {
        world.time().after(delay, client.party, () -> {
            if (isValid()) {
                long renewedAt = client.nanos();
                client.quorum
                        .renew(List.of((RedlockGrant) grant))
                        .whenComplete((outcomes, failure) -> renewed(outcomes, renewedAt, grant));
            }
        });
    }

    private void renewed(@Nullable Map<Grant, RenewalOutcome> outcomes, long renewedAt, Grant grant) {
        RenewalOutcome outcome =
                outcomes == null ? RenewalOutcome.UNKNOWN : outcomes.getOrDefault(grant, RenewalOutcome.UNKNOWN);
        world.trace(() -> client + " " + owner + " renewal: " + outcome);
        if (!isValid()) {
            return;
        }
        switch (outcome) {
            case RENEWED -> {
                deadline = Math.max(deadline, renewedAt + world.leaseNanos() - world.margin());
                renewAfter(world.leaseNanos() / 3, grant);
            }
            case NOT_HELD, TAKEN -> {
                world.checker().lost(this);
                release(grant);
            }
            case UNKNOWN -> renewAfter(world.leaseNanos() / 10, grant);
        }
    }

    private void release(Grant grant) {
        if (state == State.HOLDING) {
            state = State.ENDED;
            client.undo(owner, () -> {
                CompletionStage<?> released = ((RedlockGrant) grant).acquire().end();
                client.follow(((RedlockGrant) grant).attempt(), released);
                return released.thenApply(outcome -> {
                    world.checker().released(client, ((RedlockGrant) grant).attempt());
                    return outcome;
                });
            });
        }
    }

    @Override
    public String toString() {
        return owner + (isValid() ? " valid" : "");
    }
}
