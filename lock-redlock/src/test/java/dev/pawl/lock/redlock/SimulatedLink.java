package dev.pawl.lock.redlock;

import dev.pawl.lock.spi.RenewalOutcome;
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
    public CompletionStage<Vote> acquire(Bid bid, long proposal, boolean willWait) {
        String owner = owner(bid);
        long proposed = world.proposal(proposal);
        String member = willWait ? client.member(bid) : null;
        CompletionStage<Vote> answer = send("ACQUIRE " + owner + (willWait ? WAITING : ""), bid, () -> {
            if (world.mutant() == Mutant.COUNTER_FOLLOWS_THE_PROPOSAL) {
                node.memory.lowerTo(proposed);
            }
            return node.memory.acquire(owner, world.leaseMillis(), proposed, member);
        });
        return answer.thenApply(vote -> {
            boolean late = client.sawVote(bid, vote);
            if (late && vote instanceof Vote.Granted grant && world.mutant() == Mutant.LATE_VOTE_IS_TAKEN_AS_IT_IS) {
                return new Vote.Granted(grant.token(), 1, grant.nodeMicros());
            }
            return vote;
        });
    }

    @Override
    public CompletionStage<Long> record(Bid bid, long token, long sinceNanos) {
        if (world.mutant() == Mutant.NO_WRITE_BACK) {
            return CompletableFuture.completedFuture(0L);
        }
        CompletionStage<Long> answer = send("RECORD " + token + " " + owner(bid), null, () -> {
            if (world.mutant() == Mutant.WRITE_BACK_WITHOUT_OWNER_CHECK) {
                node.memory.recordUnchecked(token);
                return 0L;
            }
            return node.memory.record(owner(bid), token);
        });
        return answer.thenApply(before -> {
            if (before == NOT_ITS) {
                client.sawLoss(bid);
                return before;
            }
            return world.mutant() == Mutant.OTHERS_TOKENS_ARE_OVERLOOKED ? Long.valueOf(0) : before;
        });
    }

    @Override
    public List<? extends CompletionStage<RenewalOutcome>> renew(List<Bid> bids) {
        return bids.stream()
                .map(bid -> send("RENEW " + owner(bid), null, () -> {
                    if (world.mutant() == Mutant.RENEWAL_CREATES && node.memory.owner() == null) {
                        node.memory.acquire(owner(bid), world.leaseMillis(), 1, null);
                    }
                    return node.memory.renew(owner(bid), world.leaseMillis());
                }))
                .toList();
    }

    @Override
    public CompletionStage<Boolean> release(Bid bid, Parting parting) {
        String owner = owner(bid);
        String member = parting == Parting.FOR_GOOD_AND_LEAVING ? client.member(bid) : null;
        boolean inBackground = client.isInsisting();
        if (world.mutant() == Mutant.SILENT_NODES_ARE_FORGOTTEN && inBackground) {
            return CompletableFuture.completedFuture(true);
        }
        CompletionStage<Boolean> answer = send("RELEASE " + parting + " " + owner, null, () -> {
            if (world.mutant() == Mutant.RELEASE_WITHOUT_OWNER_CHECK) {
                node.memory.expire();
            }
            return node.memory.release(owner, member, parting == Parting.FOR_NOW ? null : world::tell);
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
                client.sawConfirmation(bid, node.index, () -> told.complete(true));
            } else {
                // What had it is not followed.
                told.complete(world.mutant() == Mutant.LATE_GRANT_IS_KEPT);
            }
        });
        return told;
    }

    private String owner(Bid bid) {
        return world.mutant() == Mutant.ONE_OWNER_FOR_ALL_ATTEMPTS
                ? bid.contest().owner()
                : bid.owner();
    }

    private long travel() {
        return distance + world.travel(client, node);
    }

    // --- messages ----------------------------------------------------------------------------------------------------

    /** A bid that is not null asks for the node. Any request may come twice, and either reply be the one that counts. */
    private <T> CompletionStage<T> send(String what, @Nullable Bid bid, Supplier<T> request) {
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
        if (astray && bid != null && what.endsWith(WAITING)) {
            // It may put its contest on the waiting list when that has left it.
            client.excuse(bid);
        }
        if (again) {
            if (bid != null) {
                client.excuse(bid);
            }
            arrive(world.chance(weather.astray()), () -> serve(what, request, second ? reply : lost));
        }
        world.time().after(world.ioLimit(), client.party, () -> {
            if (!reply.isDone()) {
                world.trace(() -> client + " gives up on " + name() + ": " + what);
                if (astray && bid != null) {
                    client.excuse(bid);
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
