package dev.pawl.lock.redlock;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.HolderReply;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
 * Who holds locks, as a majority of the masters says. What fewer say is no hold: an attempt that has not won yet, or a rest of one. Safe
 * for use by several threads.
 */
final class Holders {

    private final List<Master> masters;
    private final Quorum quorum;

    Holders(List<Master> masters, Quorum quorum) {
        this.masters = List.copyOf(masters);
        this.quorum = quorum;
    }

    /** What one master said; a fault if it did not. */
    private record Answer<T>(@Nullable T value, @Nullable Throwable fault) {}

    /** Asks all masters, and fails if fewer than a majority answer. */
    private <T> CompletableFuture<List<T>> ask(Function<Master, CompletableFuture<T>> question) {
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
        return ask(master -> master.inspect(name).toCompletableFuture()).thenApply(answers -> info(name, answers));
    }

    private Optional<LockInfo> info(String name, List<Optional<Holding>> answers) {
        return answers.stream()
                .flatMap(Optional::stream)
                .collect(Collectors.groupingBy(Holding::owner))
                .values()
                .stream()
                .filter(same -> same.size() >= quorum.majority())
                .findAny()
                .flatMap(same -> info(name, same, answers));
    }

    /**
     * A majority has the token of the grant, by its own counters; a node that voted late may have a larger one. So the token is what
     * a majority has reached, and no larger.
     */
    private Optional<LockInfo> info(String name, List<Holding> same, List<Optional<Holding>> answers) {
        long token = reachedByAMajority(same, Holding::counter);
        if (token <= 0) {
            return Optional.empty();
        }
        Instant now = Instant.EPOCH.plus(quorum.clock().micros(), ChronoUnit.MICROS);
        LockInfo.Builder info = LockInfo.builder(new FencingToken(name, token))
                .holder(same.get(0).label())
                .waiting(answers.stream()
                        .flatMap(Optional::stream)
                        .mapToInt(Holding::waiting)
                        .max()
                        .orElse(0));
        HolderReply.granted(token, now).ifPresent(info::since);
        long left = reachedByAMajority(same, Holding::leftMillis);
        if (left > 0) {
            info.until(now.plusMillis(left));
        }
        return Optional.of(info.build());
    }

    private long reachedByAMajority(List<Holding> same, ToLongFunction<Holding> value) {
        return same.stream()
                .map(value::applyAsLong)
                .sorted(Comparator.reverseOrder())
                .toList()
                .get(quorum.majority() - 1);
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
