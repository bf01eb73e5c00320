package dev.pawl.lock.redlock;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.RenewalOutcome;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A Redis master as a node of the quorum. One that has let a request time out is asked one thing at a time until it answers
 * again, and all else fails at once: the others are a majority, and nothing may pile up in front of it. Safe for use by several
 * threads.
 */
final class Master implements Node {

    private static final Script ACQUIRE = script("acquire");
    private static final Script RECORD = script("record");
    private static final Script RENEW = script("renew");
    private static final Script RELEASE = script("release");

    private final String clientId;
    private final String channelPrefix;
    private final String tokenLifeMillis;

    private volatile String name;
    private volatile @Nullable Calls calls;
    private volatile NodeFault notConnected = NodeFault.notAsked("is not connected yet", null);

    /** When the first request went unanswered since the last answer, if {@link #silent}. */
    private volatile long silentSince;

    private volatile boolean silent;
    private final AtomicBoolean probing = new AtomicBoolean();

    /**
     * A master that is not connected yet.
     *
     * @param clientId who this process is in waiting lists and channels, the same at every master
     */
    Master(String name, RedisOptions options, String clientId) {
        this.name = name;
        this.clientId = clientId;
        channelPrefix = channelPrefix(options);
        tokenLifeMillis = Long.toString(options.tokenRetention().toMillis());
    }

    private static Script script(String name) {
        return Script.of(Master.class, name + ".lua");
    }

    /** What the channels of all clients begin with. */
    static String channelPrefix(RedisOptions options) {
        return options.namespace() + ":wake:";
    }

    @Override
    public String name() {
        return name;
    }

    // --- connecting --------------------------------------------------------------------------------------------------

    boolean isConnected() {
        return calls != null;
    }

    /** From now on requests are sent. */
    void connected(Link link, Calls itsCalls) {
        String address = link.nodeOf(null);
        name = address == null ? name : address;
        calls = itsCalls;
    }

    /** It could not be connected. */
    void unreachable(NodeFault why) {
        notConnected = why;
    }

    NodeFault whyNotConnected() {
        return notConnected;
    }

    // --- requests ----------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Vote> acquire(Bid bid, long proposal, boolean willWait) {
        String[] keys = {bid.keys().lock(), bid.keys().token(), bid.keys().queue()};
        String[] values = {
            bid.owner(),
            Long.toString(bid.contest().leaseTime().toMillis()),
            Long.toString(proposal),
            tokenLifeMillis,
            willWait ? member(bid) : "",
            willWait ? Long.toString(bid.queueLife().toMillis()) : "0"
        };
        return send(connected -> connected.run(ACQUIRE, bid.name(), keys, values, Master::vote));
    }

    private static Vote vote(long[] reply) {
        return reply[0] > 0
                ? new Vote.Granted(reply[0], reply[1], reply[2])
                : new Vote.Held(reply[1], -reply[0], reply[2]);
    }

    @Override
    public CompletionStage<Long> record(Bid bid, long token, long sinceNanos) {
        String[] keys = {bid.keys().lock(), bid.keys().token()};
        String[] values = {bid.owner(), Long.toString(token), tokenLifeMillis};
        return send(connected -> connected.run(RECORD, bid.name(), sinceNanos, keys, values, reply -> reply[0]));
    }

    @Override
    public CompletionStage<Boolean> release(Bid bid, Parting parting) {
        String[] keys = {bid.keys().lock(), bid.keys().queue()};
        String[] values = {
            bid.owner(),
            parting == Parting.FOR_GOOD_AND_LEAVING ? member(bid) : "",
            parting == Parting.FOR_NOW ? "" : channelPrefix
        };
        return send(connected -> connected.run(RELEASE, bid.name(), keys, values, Master::isOne));
    }

    private static boolean isOne(long[] reply) {
        return reply[0] == 1;
    }

    private String member(Bid bid) {
        return clientId + ":" + bid.contest().owner();
    }

    @Override
    public List<? extends CompletionStage<RenewalOutcome>> renew(List<Bid> bids) {
        try {
            Pass pass = admit();
            return pass
                    .calls
                    .runAll(
                            RENEW,
                            bids,
                            Bid::name,
                            bid -> new String[] {bid.keys().lock()},
                            bid -> new String[] {
                                bid.owner(),
                                Long.toString(bid.contest().leaseTime().toMillis())
                            },
                            Master::renewal)
                    .stream()
                    .map(answer -> heard(answer, pass))
                    .toList();
        } catch (NodeFault refusal) {
            return bids.stream()
                    .map(bid -> CompletableFuture.<RenewalOutcome>failedFuture(refusal))
                    .toList();
        }
    }

    private static RenewalOutcome renewal(long[] reply) {
        if (reply[0] == 1) {
            return RenewalOutcome.RENEWED;
        }
        return reply[0] == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
    }

    // --- whether it answers ------------------------------------------------------------------------------------------

    /** What a request is sent with. */
    private record Pass(Calls calls, boolean probe, long sentAt) {}

    private <T> CompletionStage<T> send(Function<Calls, CompletionStage<T>> request) {
        try {
            Pass pass = admit();
            return heard(request.apply(pass.calls), pass);
        } catch (NodeFault refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private Pass admit() {
        Calls connected = calls;
        if (connected == null) {
            throw notConnected;
        }
        boolean probe = silent;
        if (probe && !probing.compareAndSet(false, true)) {
            throw NodeFault.notAsked("no answer for " + millisSince(silentSince) + " ms", null);
        }
        return new Pass(connected, probe, System.nanoTime());
    }

    private <T> CompletableFuture<T> heard(CompletionStage<T> reply, Pass pass) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        reply.whenComplete((value, failure) -> {
            note(failure, pass);
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(fault(failure, pass.sentAt));
            }
        });
        return answer;
    }

    /** A refusal is an answer too. */
    private void note(@Nullable Throwable failure, Pass pass) {
        if (failure == null || !isSilence(failure)) {
            silent = false;
        } else if (!silent) {
            silentSince = pass.sentAt;
            silent = true;
        }
        if (pass.probe) {
            probing.set(false);
        }
    }

    private static boolean isSilence(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof RedisCommandTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static NodeFault fault(Throwable failure, long sentAt) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return NodeFault.unanswered(
                isSilence(cause) ? "no answer in " + millisSince(sentAt) + " ms" : outcome(cause), cause);
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    /** What the fault says, without the name of the server. */
    static String outcome(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        if (failure instanceof LockBackendException fault) {
            String subject = fault.node().map(node -> "Redis at " + node).orElse("Redis") + " ";
            return text.startsWith(subject) ? text.substring(subject.length()) : text;
        }
        return text;
    }
}
