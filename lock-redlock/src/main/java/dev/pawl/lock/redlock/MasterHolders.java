package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Scan;
import dev.pawl.lock.redis.internal.Script;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What one master says of those who have it, and takes from them. Safe for use by several threads. */
final class MasterHolders {

    private static final Script INSPECT = Master.script("inspect");
    private static final Script TAKE_AWAY = Master.script("take-away");

    private final Master master;
    private final String namespace;
    private final String channelPrefix;
    private final String tokenLifeMillis;
    private final Duration ioTimeout;

    MasterHolders(Master master, RedisOptions options) {
        this.master = master;
        namespace = options.namespace();
        channelPrefix = Master.channelPrefix(options);
        tokenLifeMillis = Long.toString(options.tokenRetention().toMillis());
        ioTimeout = options.ioTimeout();
    }

    /** Who has this node. */
    CompletionStage<Optional<Holding>> inspect(String lock) {
        String[] keys = keys(lock);
        return master.send(calls -> calls.run(INSPECT, keys, new String[0], (reply, sentAgain) -> Holding.read(reply)));
    }

    private String[] keys(String lock) {
        Keys keys = Keys.of(namespace, lock);
        return new String[] {keys.lock(), keys.token(), keys.queue()};
    }

    /** What became of one node when a lock was taken away. */
    enum Taking {
        /** It is taken away from the holder. */
        DONE,
        /** The holder does not have it. */
        NOT_THE_HOLDERS,
        /** Somebody has raised its counter since the holder was looked at. */
        RAISED_SINCE
    }

    /**
     * Takes this node away from a holder, and raises its counter.
     *
     * @param owner the number that stands for the holder
     * @param newest the largest counter that was seen at any node
     * @param raised the counter from now on
     * @param atOnce whether the node is free then; if not, it is when the holder lets go
     */
    CompletionStage<Taking> takeAway(String lock, long owner, long newest, long raised, boolean atOnce) {
        String[] keys = keys(lock);
        String[] values = {
            Long.toString(owner),
            Long.toString(newest),
            Long.toString(raised),
            tokenLifeMillis,
            atOnce ? "1" : "0",
            channelPrefix
        };
        return master.send(calls -> calls.run(TAKE_AWAY, keys, values, (reply, sentAgain) -> taking(reply[0])));
    }

    private static Taking taking(long reply) {
        if (reply == 2) {
            return Taking.DONE;
        }
        return reply == 1 ? Taking.NOT_THE_HOLDERS : Taking.RAISED_SINCE;
    }

    /**
     * Looks through the names of locks that somebody has here.
     *
     * @param onNames given some names, each perhaps more than once, says whether that is enough
     * @return completes when it was enough, or there are no more
     */
    CompletionStage<Boolean> scan(String prefix, Function<List<String>, CompletableFuture<Boolean>> onNames) {
        Link link = master.link();
        return link == null
                ? CompletableFuture.failedFuture(master.notConnected())
                : master.send(calls -> Scan.of(
                                link,
                                Keys.pattern(namespace, prefix),
                                ioTimeout.toMillis(),
                                keys -> onNames.apply(keys.stream()
                                        .map(key -> Keys.nameOf(namespace, key))
                                        .filter(Objects::nonNull)
                                        .toList()))
                        .thenApply(done -> true));
    }
}
