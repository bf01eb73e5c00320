package dev.pawl.lock.internal;

import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The five promises, checked after every step. The first violation is kept: exceptions do not pass through the engine. */
final class SimulationChecker {

    private static final long MILLI = SimulatedWeather.MILLI;

    /** From a loss to its callback: a hop to a callback thread, and a nap of the timer. */
    private static final long TELLING = 10 * MILLI;

    /** From a free lock to its next holder in calm weather: a chain of cancelled heads of the queue. */
    private static final long HANDING_OVER = 80 * MILLI;

    private final Simulation world;
    private final List<SimulatedRequest> requests = new ArrayList<>();
    private final List<SimulatedLease> leases = new ArrayList<>();
    private final List<SimulatedLease> current = new ArrayList<>();
    private final Map<String, Long> largestReturned = new HashMap<>();
    private final Set<Long> tokens = new HashSet<>();
    private final Map<String, Long> idleSince = new HashMap<>();
    private final Map<String, Long> orphanSince = new HashMap<>();
    private @Nullable String violation;

    SimulationChecker(Simulation world) {
        this.world = world;
    }

    void violated(String what) {
        if (violation == null) {
            violation = what;
            world.trace(() -> "VIOLATED: " + what);
        }
    }

    @Nullable
    String violation() {
        return violation;
    }

    private void check(boolean promise, String what) {
        if (!promise) {
            violated(what);
        }
    }

    List<SimulatedRequest> requests() {
        return requests;
    }

    List<SimulatedLease> current() {
        return current;
    }

    long largestReturned(String name) {
        return largestReturned.getOrDefault(name, 0L);
    }

    // --- what callers see --------------------------------------------------------------------------------------

    /** Whether somebody has or wants the name when a request begins, or something of it may still be on its way. */
    boolean hasRivals(SimulatedRequest begins) {
        String name = begins.name;
        return world.service().isHeld(name)
                || world.service().memory().waiting(name) > 0
                || world.clients().stream().anyMatch(client -> client.network.underWay() > 0)
                || requests.stream().anyMatch(other -> other.name.equals(name) && !other.future.isDone())
                || current.stream().anyMatch(other -> other.request.name.equals(name));
    }

    void began(SimulatedRequest request) {
        rivalFor(request.name);
        requests.add(request);
        request.future.whenComplete((lease, failure) -> ended(request, (HeldLease) lease, failure));
    }

    void rivalFor(String name) {
        requests.stream()
                .filter(other -> other.isOpen() && other.name.equals(name))
                .forEach(other -> other.rivalled = true);
    }

    private void ended(SimulatedRequest request, @Nullable HeldLease lease, @Nullable Throwable failure) {
        world.trace(() -> request + " ends with " + (lease == null ? failure : lease.token()));
        if (lease != null) {
            granted(request, lease);
        } else if (failure instanceof LockTimeoutException || failure instanceof SimulatedClient.NothingThere) {
            check(!request.isForever(), "5: who waits for ever does not run out of time: " + request);
            check(request.rivalled, "5: no contention where nobody else is: " + request);
        } else if (failure instanceof LockBackendException) {
            check(
                    request.client.network.failedAttempts(request.name) > request.failedAttemptsBefore,
                    "5: no fault was there to report: " + request + ": " + failure);
        } else if (failure instanceof LockClientClosedException) {
            check(request.client.engine.isClosed(), "5: the client is not closed: " + request);
        } else {
            check(request.cancelled && failure instanceof CancellationException, request + " ended with " + failure);
        }
        boolean inTime = request.isForever() || now() - request.began <= request.timeout + 12 * MILLI;
        check(inTime || !world.isCalm(), "a time limit is kept: " + request + " took " + (now() - request.began));
    }

    private void granted(SimulatedRequest request, HeldLease lease) {
        long token = lease.token().value();
        check(tokens.add(token), "2: a token belongs to one acquisition: " + token + ", " + request);
        SimulatedLease held = new SimulatedLease(request, lease, world);
        // A service that drops a hold before its time can let another in whom the engine cannot know of; fencing still
        // holds.
        check(
                token > request.floor || held.grant.revoked,
                "2: tokens only go up: " + token + " after " + request.floor + ", " + request);
        largestReturned.merge(request.name, token, Math::max);
        leases.add(held);
        if (!held.isOver()) {
            current.add(held);
        }
        world.use(held);
    }

    void lossTold(SimulatedLease lost, LeaseLostEvent event) {
        world.trace(() -> lost + " is lost: " + event.reason());
        SimulatedGrant grant = lost.grant;
        SimulatedClient client = lost.request.client;
        boolean timeOver = !lost.lease.hold().isCurrent();
        check(event.token().equals(lost.lease.token()), "3: the loss names its token: " + lost);
        check(!lost.isReleased() || !lost.isOver(), "3: no loss after a release: " + lost);
        check(!lost.lease.isValid(), "3: a lost lease is not valid: " + lost);
        boolean sensible = switch (event.reason()) {
            case CLIENT_CLOSED -> client.engine.isClosed();
            case SESSION_LOST -> grant.winner().sessionLost;
            case TAKEN_OVER -> grant.superseded;
            case UNREACHABLE -> timeOver && client.network.hadTroubleRenewing(lost.request.began);
            case EXPIRED -> timeOver || grant.revoked || !world.service().keeps(grant);
            case RELEASED -> false;
        };
        check(sensible, "3: the reason of a loss is right: " + lost + ": " + event.reason());
    }

    void released(SimulatedLease lease) {
        world.trace(() -> lease + " is closed");
        check(!lease.lease.isValid(), "1: a lease is not valid after its release: " + lease);
    }

    void releaseAnswered(SimulatedLease lease, @Nullable Throwable failure) {
        if (failure instanceof LeaseLostException) {
            check(!lease.lease.isValid(), "a lost lease is not valid: " + lease);
        } else {
            check(lease.loss == null, "a lost lease is not released: " + lease + ": " + failure);
        }
        if (failure instanceof LockBackendException) {
            check(!world.isCalm(), "5: no fault was there to report: " + lease + ": " + failure);
        }
    }

    // --- after every step --------------------------------------------------------------------------------------

    void afterStep(boolean probing) {
        if (probing) {
            holdersAreAlone();
        }
        current.removeIf(lease -> lease.isOver() && lease.invalidSince >= 0);
        for (String name : world.names()) {
            nobodyHoldsAnOrphan(name);
            if (world.isCalm()) {
                aFreeLockIsTaken(name);
            }
        }
    }

    private void holdersAreAlone() {
        for (SimulatedLease lease : current) {
            if (!lease.lease.isValid()) {
                lapsed(lease);
                continue;
            }
            check(lease.invalidSince < 0, "1: once invalid, a lease stays so: " + lease);
            check(!lease.isCloseAsked(), "1: who closes does not hold: " + lease);
            check(!lease.isOver(), "3: what was lost is not valid: " + lease);
            if (!lease.grant.revoked) {
                check(world.service().keeps(lease.grant), "1: valid at the holder, gone at the service: " + lease);
                for (SimulatedLease other : current) {
                    boolean rival = other != lease
                            && other.request.name.equals(lease.request.name)
                            && !other.grant.revoked
                            && other.lease.isValid();
                    check(!rival, "1: one holder at a time: " + lease + " and " + other);
                }
            }
        }
    }

    private void lapsed(SimulatedLease lease) {
        SimulatedClient client = lease.request.client;
        if (lease.invalidSince < 0) {
            lease.invalidSince = now();
        }
        if (lease.isOver() || !client.isRunning() || client.isClosed()) {
            return;
        }
        boolean released = lease.isCloseAsked() && lease.loss == null;
        long since = Math.max(lease.invalidSince, world.time().resumed(client.index));
        check(released || now() - since <= TELLING, "3: a loss is told in time: " + lease);
    }

    /** A grant that no caller has, that nobody is to get, and that is not on its way back. */
    private void nobodyHoldsAnOrphan(String name) {
        SimulatedGrant grant = world.service().holder(name);
        boolean orphan = false;
        if (grant != null && !grant.delivered && !grant.winner().isUndoAsked()) {
            SimulatedClient owner = world.clients().get(grant.winner().network().client());
            orphan = owner.isRunning()
                    && owner.network.underWay() == 0
                    && requests.stream()
                            .noneMatch(request ->
                                    request.client == owner && request.name.equals(name) && request.isOpen());
        }
        boolean tooLong = isTooLong(orphanSince, name, orphan, 5 * MILLI);
        check(!tooLong, "4: nobody has the grant of " + name + ", and nobody gives it back");
    }

    private void aFreeLockIsTaken(String name) {
        boolean wanted = requests.stream()
                .anyMatch(request -> request.name.equals(name) && request.isOpen() && request.timeout > 0);
        boolean idle = wanted && !world.service().isHeld(name);
        boolean tooLong = isTooLong(idleSince, name, idle, HANDING_OVER + world.lease() / 8);
        check(!tooLong, "liveness: " + name + " stays free while somebody waits for it");
    }

    private boolean isTooLong(Map<String, Long> since, String name, boolean lasts, long limit) {
        if (!lasts) {
            since.remove(name);
            return false;
        }
        return now() - since.computeIfAbsent(name, key -> now()) > limit;
    }

    private long now() {
        return world.time().now();
    }

    // --- at the end --------------------------------------------------------------------------------------------

    void atRest() {
        for (SimulatedRequest request : requests) {
            check(request.future.isDone() || request.client.isDead(), "4: every request ends: " + request);
        }
        for (SimulatedLease lease : leases) {
            boolean dead = lease.request.client.isDead();
            check(lease.isOver() || dead, "4: every lease ends: " + lease);
        }
        for (SimulatedClient client : world.clients()) {
            if (!client.isDead()) {
                check(client.engine.names() == 0, "4: client " + client.index + " forgets names that nobody uses");
            }
        }
        world.names().forEach(this::nothingIsLeft);
    }

    private void nothingIsLeft(String name) {
        SimulatedGrant held = world.service().holder(name);
        if (held != null) {
            check(isExcused(held.winner()), "4: a hold of " + name + " is left at the service");
        }
        if (world.service().memory().waiting(name) > 0) {
            for (SimulatedContender queued : world.service().queued(name)) {
                check(isExcused(queued), "4: a contest for " + name + " is left in the service's queue");
            }
        }
        boolean clean = held == null && world.service().memory().waiting(name) == 0;
        check(clean || !world.isCalm() || hasCasualties(), "4: the service forgets " + name);
    }

    /** Of a client that was killed or closed, or that tried for as long as it makes sense. */
    private boolean isExcused(SimulatedContender left) {
        SimulatedClient owner = world.clients().get(left.network().client());
        return owner.isDead() || owner.isClosed() || left.isUndoneAsFarAsPossible();
    }

    private boolean hasCasualties() {
        return world.clients().stream().anyMatch(client -> client.isDead() || client.isClosed());
    }
}
