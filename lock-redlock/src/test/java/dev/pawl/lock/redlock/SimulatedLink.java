package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.RenewalOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client's way to one node and back. */
final class SimulatedLink implements Node {

    private static final String WAITING = " and waits";

    private final Simulation world;
    private final SimulatedClient client;
    private final SimulatedNode node;
    private final long distance;
    private long lastArrival;

    SimulatedLink(Simulation world, SimulatedClient client, SimulatedNode node) {
        this.world = world;
        this.client = client;
        this.node = node;
        distance = world.distance();
    }

    @Override
    public String name() {
        return "node-" + node.index;
    }

    @Override
    public CompletionStage<?> ping() {
        throw new AssertionError("nobody asks");
    }

    @Override
    public CompletionStage<Vote> acquire(QuorumAttempt attempt, long proposal, boolean willWait) {
        String owner = owner(attempt);
        long proposed = world.proposal(proposal);
        String member = willWait ? client.member(attempt) : null;
        CompletionStage<Vote> answer = send("ACQUIRE " + owner + (willWait ? WAITING : ""), attempt, () -> {
            if (world.mutant() == Mutant.COUNTER_FOLLOWS_THE_PROPOSAL) {
                node.memory.lowerTo(proposed);
            }
            return node.memory.acquire(owner, world.leaseMillis(), proposed, member);
        });
        return answer.thenApply(vote -> {
            boolean late = client.sawVote(attempt, vote);
            if (late && vote instanceof Vote.Granted grant && world.mutant() == Mutant.LATE_VOTE_IS_TAKEN_AS_IT_IS) {
                return new Vote.Granted(grant.token(), 1, grant.nodeMicros());
            }
            return vote;
        });
    }

    @Override
    public CompletionStage<Long> record(QuorumAttempt attempt, long token, long sinceNanos) {
        if (world.mutant() == Mutant.NO_WRITE_BACK) {
            return CompletableFuture.completedFuture(0L);
        }
        CompletionStage<Long> answer = send("RECORD " + token + " " + owner(attempt), null, () -> {
            if (world.mutant() == Mutant.WRITE_BACK_WITHOUT_OWNER_CHECK) {
                node.memory.recordUnchecked(token);
                return 0L;
            }
            return node.memory.record(owner(attempt), token);
        });
        return answer.thenApply(before -> {
            if (before == NOT_ITS) {
                client.sawLoss(attempt);
                return before;
            }
            return world.mutant() == Mutant.OTHERS_TOKENS_ARE_OVERLOOKED ? Long.valueOf(0) : before;
        });
    }

    @Override
    public List<? extends CompletionStage<RenewalOutcome>> renew(List<QuorumAttempt> attempts) {
        return attempts.stream()
                .map(attempt -> send("RENEW " + owner(attempt), null, () -> {
                    if (world.mutant() == Mutant.RENEWAL_CREATES && node.memory.owner() == null) {
                        node.memory.acquire(owner(attempt), world.leaseMillis(), 1, null);
                    }
                    return node.memory.renew(owner(attempt), world.leaseMillis());
                }))
                .toList();
    }

    @Override
    public CompletionStage<Had> release(QuorumAttempt attempt, ReleaseKind kind) {
        return giveUp(attempt, kind).thenApply(Had::of);
    }

    @Override
    public CompletionStage<Had> releaseLater(QuorumAttempt attempt, Duration rest) {
        String owner = owner(attempt);
        return send(
                        "RELEASE_LATER " + owner,
                        null,
                        () -> node.memory.releaseLater(owner, rest.toMillis(), client.member(attempt)))
                .thenApply(Had::of);
    }

    private CompletionStage<Boolean> giveUp(QuorumAttempt attempt, ReleaseKind kind) {
        String owner = owner(attempt);
        String member = kind == ReleaseKind.FOR_GOOD_AND_LEAVING ? client.member(attempt) : null;
        boolean inBackground = client.isInsisting();
        if (world.mutant() == Mutant.SILENT_NODES_ARE_FORGOTTEN && inBackground) {
            return CompletableFuture.completedFuture(true);
        }
        CompletionStage<Boolean> answer = send("RELEASE " + kind + " " + owner, null, () -> {
            if (world.mutant() == Mutant.RELEASE_WITHOUT_OWNER_CHECK) {
                node.memory.expire();
            }
            return node.memory.release(owner, member, kind == ReleaseKind.FOR_NOW ? null : world::tell);
        });
        if (world.mutant() == Mutant.RELEASE_IS_CONFIRMED_UNHEARD) {
            return CompletableFuture.completedFuture(true);
        }
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        answer.whenComplete((had, fault) -> {
            if (fault != null) {
                told.completeExceptionally(fault);
            } else if (had && inBackground) {
                // Nobody counts these.
                told.complete(true);
            } else if (had) {
                client.sawConfirmation(attempt, node.index, () -> told.complete(true));
            } else {
                // What had it is not followed.
                told.complete(world.mutant() == Mutant.LATE_GRANT_IS_KEPT);
            }
        });
        return told;
    }

    private String owner(QuorumAttempt attempt) {
        return world.mutant() == Mutant.ONE_OWNER_FOR_ALL_ATTEMPTS ? attempt.contestant() : attempt.owner();
    }

    private long travel() {
        return distance + world.travel(client, node);
    }

    // --- messages ----------------------------------------------------------------------------------------------------

    /** An attempt that is not null asks for the node. Any request may come twice, and either reply be the one that counts. */
    private <T> CompletionStage<T> send(String what, @Nullable QuorumAttempt attempt, Supplier<T> request) {
        CompletableFuture<T> reply = new CompletableFuture<>();
        Weather weather = world.weather();
        if (!node.isUp() && world.chance(0.5)) {
            // The client library knows that the connection is gone.
            world.time()
                    .after(
                            0,
                            client.party,
                            () -> reply.completeExceptionally(NodeFault.notAsked("is not connected", null)));
            return reply;
        }
        world.trace(() -> client + " -> " + name() + ": " + what);
        boolean dropped = world.chance(weather.dropped(what));
        boolean unanswered = world.chance(weather.dropped());
        boolean astray = world.chance(weather.astray());
        boolean again = !dropped && world.chance(weather.repeated());
        boolean second = again && world.chance(0.5);
        CompletableFuture<T> lost = new CompletableFuture<>();
        if (!dropped) {
            arrive(astray, () -> serve(what, request, unanswered || second ? lost : reply));
        }
        if (astray && attempt != null && what.endsWith(WAITING)) {
            // It may put its contest on the waiting list when that has left it.
            client.excuse(attempt);
        }
        if (again) {
            if (attempt != null) {
                client.excuse(attempt);
            }
            arrive(world.chance(weather.astray()), () -> serve(what, request, second ? reply : lost));
        }
        world.time().after(world.ioLimit(), client.party, () -> {
            if (!reply.isDone()) {
                world.trace(() -> client + " gives up on " + name() + ": " + what);
                if (astray && attempt != null) {
                    client.excuse(attempt);
                }
                reply.completeExceptionally(NodeFault.unanswered("no answer", new IllegalStateException()));
            }
        });
        return reply;
    }

    private void arrive(boolean astray, Runnable request) {
        long at = Math.max(lastArrival, world.time().now() + travel());
        if (astray) {
            // Sent again after a broken connection: behind what was sent after it, never before what was sent before.
            at += travel() * 20;
        } else {
            lastArrival = at;
        }
        world.time().after(at - world.time().now(), node.party, request);
        world.underWayUntil(at);
    }

    private <T> void serve(String what, Supplier<T> request, CompletableFuture<T> reply) {
        if (!node.isUp()) {
            return;
        }
        T answer = request.get();
        world.trace(() -> name() + " answers " + client + "'s " + what + ": " + answer + " " + node.memory);
        world.time().after(travel(), client.party, () -> reply.complete(answer));
    }
}
