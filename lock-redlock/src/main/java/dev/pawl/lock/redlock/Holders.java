package dev.pawl.lock.redlock;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.HolderReply;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redlock.MasterHolders.Taking;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who holds locks, as a majority of the masters says, and what an operator takes from them. What fewer say is no hold: an attempt that has
 * not won yet, or a rest of one. Safe for use by several threads.
 */
final class Holders {

    private final List<MasterHolders> masters;
    private final Quorum quorum;

    Holders(List<Master> masters, RedisOptions options, Quorum quorum) {
        this.masters = masters.stream()
                .map(master -> new MasterHolders(master, options))
                .toList();
        this.quorum = quorum;
    }

    /**
     * A hold that a majority has.
     *
     * @param same what its masters say
     * @param waiting the longest waiting list of any master
     * @param newest the largest counter of any master
     */
    private record Majority(List<Holding> same, int waiting, long newest) {

        long owner() {
            return same.get(0).owner();
        }

        /** What a majority has reached. */
        long reached(int majority, ToLongFunction<Holding> value) {
            return same.stream()
                    .map(value::applyAsLong)
                    .sorted(Comparator.reverseOrder())
                    .toList()
                    .get(majority - 1);
        }
    }

    /** What one master said; a fault if it did not. */
    private record Answer<T>(@Nullable T value, @Nullable Throwable fault) {}

    /** Asks all masters, and fails if fewer than a majority answer. */
    private <T> CompletableFuture<List<T>> ask(Function<MasterHolders, CompletableFuture<T>> question) {
        List<CompletableFuture<Answer<T>>> answers = masters.stream()
                .map(master -> question.apply(master).handle((value, fault) -> new Answer<T>(value, fault)))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    List<T> values = new ArrayList<>();
                    Map<Integer, Throwable> faults = new HashMap<>();
                    for (int i = 0; i < answers.size(); i++) {
                        Answer<T> answer = answers.get(i).join();
                        if (answer.fault != null) {
                            faults.put(i, answer.fault);
                        } else if (answer.value != null) {
                            values.add(answer.value);
                        }
                    }
                    if (values.size() < quorum.majority()) {
                        throw quorum.tooFewConfirmed(faults);
                    }
                    return values;
                });
    }

    /** Who holds a lock; empty if no majority says the same. */
    CompletableFuture<Optional<LockInfo>> inspect(String name) {
        return holder(name)
                .thenApply(holder -> holder.map(hold ->
                        info(hold, new FencingToken(name, token(hold)), false).build()));
    }

    private CompletableFuture<Optional<Majority>> holder(String name) {
        return ask(master -> master.inspect(name).toCompletableFuture()).thenApply(this::majority);
    }

    private Optional<Majority> majority(List<Optional<Holding>> answers) {
        List<Holding> holdings = answers.stream().flatMap(Optional::stream).toList();
        int waiting = holdings.stream().mapToInt(Holding::waiting).max().orElse(0);
        long newest = holdings.stream().mapToLong(Holding::counter).max().orElse(0);
        return holdings.stream().collect(Collectors.groupingBy(Holding::owner)).values().stream()
                .filter(same -> same.size() >= quorum.majority())
                .findAny()
                .map(same -> new Majority(same, waiting, newest))
                .filter(hold -> token(hold) > 0);
    }

    /**
     * A majority has the token of the grant, by its own counters; a node that voted late may have a larger one. So the token is what
     * a majority has reached, and no larger.
     */
    private long token(Majority hold) {
        return hold.reached(quorum.majority(), Holding::counter);
    }

    private LockInfo.Builder info(Majority hold, FencingToken token, boolean justTaken) {
        Instant now = Instant.EPOCH.plus(quorum.clock().micros(), ChronoUnit.MICROS);
        boolean revoked = justTaken || hold.reached(quorum.majority(), holding -> holding.revoked() ? 1 : 0) == 1;
        LockInfo.Builder info = LockInfo.builder(token)
                .holder(hold.same().get(0).label())
                .waiting(hold.waiting())
                .revoked(revoked);
        if (!revoked) {
            HolderReply.granted(token.value(), now).ifPresent(info::since);
        }
        long left = hold.reached(quorum.majority(), Holding::leftMillis);
        if (left > 0) {
            info.until(now.plusMillis(left));
        }
        return info;
    }

    /**
     * Takes a lock away from its holder, if it is the one that was seen, and raises the token of the name. Done when a majority has taken
     * it away: the holder then has no majority, and whoever comes next asks one that knows the raised token.
     *
     * @return what was known of the holder, with the raised token; empty if another token is the newest, or the holder let go, or lost its
     *     lease, at this moment. A fault if neither is sure
     */
    CompletableFuture<Optional<LockInfo>> takeAway(FencingToken seen, boolean atOnce) {
        return holder(seen.lock()).thenCompose(holder -> {
            Majority hold = holder.filter(it -> token(it) == seen.value()).orElse(null);
            return hold == null
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : takeAway(seen.lock(), hold, atOnce);
        });
    }

    private CompletableFuture<Optional<LockInfo>> takeAway(String name, Majority hold, boolean atOnce) {
        long raised = Math.max(quorum.clock().micros(), hold.newest() + 1);
        return ask(master -> master.takeAway(name, hold.owner(), raised, atOnce).toCompletableFuture())
                .thenApply(answers -> {
                    int done = Collections.frequency(answers, Taking.DONE);
                    if (done >= quorum.majority()) {
                        return Optional.of(
                                info(hold, new FencingToken(name, raised), true).build());
                    }
                    int gone = Collections.frequency(answers, Taking.NOT_THE_HOLDERS);
                    boolean nothingDone = done == 0 && !answers.contains(Taking.UNKNOWN);
                    // Whoever has not answered may be the holder's.
                    boolean holderHasNoMajority = quorum.size() - done - gone < quorum.majority();
                    if (nothingDone || holderHasNoMajority) {
                        return Optional.empty();
                    }
                    throw quorum.tookFromTooFew(done);
                });
    }

    /** Who holds the locks whose keys are found. One that a majority has is found at any majority of the masters. */
    CompletableFuture<List<LockInfo>> list(String prefix, int limit) {
        Map<String, LockInfo> held = new ConcurrentHashMap<>();
        Set<String> asked = ConcurrentHashMap.newKeySet();
        return ask(master -> master.scan(prefix, names -> {
                            List<CompletableFuture<Optional<LockInfo>>> answers = names.stream()
                                    .filter(asked::add)
                                    .map(this::inspect)
                                    .toList();
                            return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                                    .thenApply(done -> {
                                        answers.forEach(answer ->
                                                answer.join().ifPresent(info -> held.putIfAbsent(info.name(), info)));
                                        return held.size() >= limit;
                                    });
                        })
                        .toCompletableFuture())
                .thenApply(done -> held.values().stream().limit(limit).toList());
    }
}
