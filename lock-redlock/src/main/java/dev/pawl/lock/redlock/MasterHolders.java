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

    /** What {@link #TAKE_AWAY} says. */
    private static final long TAKEN = 2;

    private static final long FREE_AS_RAISED = 3;

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
        /** The holder does not have it. Nothing was changed. */
        NOT_THE_HOLDERS,
        /** The holder has it still, with a token above the raised one. Nothing was changed. */
        HAS_A_LARGER_TOKEN,
        /** The request was sent twice, and what the first did cannot be told from what others did between the two. */
        UNKNOWN
    }

    /**
     * Takes this node away from a holder, and raises its counter.
     *
     * @param owner the number that stands for the holder
     * @param raised the counter from now on
     * @param atOnce whether the node is free then; if not, it is when the holder lets go
     */
    CompletionStage<Taking> takeAway(String lock, long owner, long raised, boolean atOnce) {
        String[] keys = keys(lock);
        String[] values = {
            Long.toString(owner), Long.toString(raised), tokenLifeMillis, atOnce ? "1" : "0", channelPrefix
        };
        return master.send(
                calls -> calls.run(TAKE_AWAY, keys, values, (reply, sentAgain) -> taking(reply[0], sentAgain)));
    }

    static Taking taking(long reply, boolean sentAgain) {
        if (reply == TAKEN || (reply == FREE_AS_RAISED && sentAgain)) {
            return Taking.DONE;
        }
        if (sentAgain) {
            return Taking.UNKNOWN;
        }
        return reply == 0 ? Taking.HAS_A_LARGER_TOKEN : Taking.NOT_THE_HOLDERS;
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
