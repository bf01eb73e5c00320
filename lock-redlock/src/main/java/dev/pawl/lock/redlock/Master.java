package dev.pawl.lock.redlock;

import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.RenewalOutcome;
import io.lettuce.core.RedisCommandExecutionException;
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
 * A Redis master as a node of the quorum. One that has let a request time out is asked for nothing but the time of day until it
 * answers again, and all else fails at once: the others are a majority, and what piled up in front of it would be carried out
 * when it goes on, long after whoever asked for it has gone. Safe for use by several threads.
 */
final class Master implements Node {

    /** Between two questions to a master that cannot even be asked. */
    private static final Duration PROBE_PAUSE = Duration.ofMillis(100);

    private static final Script ACQUIRE = script("acquire");
    private static final Script RECORD = script("record");
    private static final Script RENEW = script("renew");
    private static final Script RELEASE = script("release");

    private final String clientId;
    private final String channelPrefix;
    private final String tokenLifeMillis;
    private final TimeOfDay timeOfDay;
    private final Timer timer;

    private volatile String name;
    private volatile @Nullable Connected connected;
    private volatile @Nullable NodeFault notConnected;

    /** When the first request went unanswered since the last answer, if {@link #silent}. */
    private volatile long silentSince;

    private volatile boolean silent;
    private final AtomicBoolean probing = new AtomicBoolean();

    /** Told what time of day it is there, in an answer that comes now to a question that was sent then. */
    @FunctionalInterface
    interface TimeOfDay {

        void heard(long nodeMicros, long sentNanos);
    }

    private record Connected(Link link, Calls calls) {}

    /**
     * A master that is not connected yet.
     *
     * @param clientId who this process is in waiting lists and channels, the same at every master
     */
    Master(String name, RedisOptions options, String clientId, TimeOfDay timeOfDay, Timer timer) {
        this.name = name;
        this.timeOfDay = timeOfDay;
        this.timer = timer;
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
        return connected != null;
    }

    /** From now on requests are sent. */
    void connected(Link link, Calls itsCalls) {
        String address = link.nodeOf(null);
        name = address == null ? name : address;
        connected = new Connected(link, itsCalls);
    }

    /** It could not be connected. */
    void unreachable(NodeFault why) {
        notConnected = why;
    }

    /** Null while it is being connected for the first time. */
    @Nullable
    NodeFault whyNotConnected() {
        return notConnected;
    }

    /** As what it would be refused with. */
    NodeFault notConnected() {
        NodeFault why = notConnected;
        return why == null ? NodeFault.notAsked("is not connected yet", null) : why;
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
        return send(calls -> calls.run(ACQUIRE, bid.name(), keys, values, Master::vote));
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
        return send(calls -> calls.run(RECORD, bid.name(), sinceNanos, keys, values, reply -> reply[0]));
    }

    @Override
    public CompletionStage<Boolean> release(Bid bid, Parting parting) {
        String[] keys = {bid.keys().lock(), bid.keys().queue()};
        String[] values = {
            bid.owner(),
            parting == Parting.FOR_GOOD_AND_LEAVING ? member(bid) : "",
            parting == Parting.FOR_NOW ? "" : channelPrefix
        };
        return send(calls -> calls.run(RELEASE, bid.name(), keys, values, Master::isOne));
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
    private record Pass(Calls calls, long sentAt) {}

    private <T> CompletionStage<T> send(Function<Calls, CompletionStage<T>> request) {
        try {
            Pass pass = admit();
            return heard(request.apply(pass.calls), pass);
        } catch (NodeFault refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private Pass admit() {
        Connected its = connected;
        if (its == null) {
            throw notConnected();
        }
        if (silent) {
            String outcome = "no answer for " + millisSince(silentSince) + " ms";
            throw its.link.isOpen()
                    ? NodeFault.silent(outcome)
                    : NodeFault.notAsked(outcome + ", and the connection is gone", null);
        }
        return new Pass(its.calls, System.nanoTime());
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

    private void note(@Nullable Throwable failure, Pass pass) {
        if (isAnswer(failure)) {
            silent = false;
        } else if (isSilence(failure) && probing.compareAndSet(false, true)) {
            silentSince = pass.sentAt;
            silent = true;
            probe(pass.calls);
        }
    }

    /** Goes on until the master has answered: one question at a time, so that the answer to it says that all is well again. */
    private void probe(Calls calls) {
        long sentAt = System.nanoTime();
        calls.time().whenComplete((micros, failure) -> {
            if (failure == null) {
                timeOfDay.heard(micros, sentAt);
            }
            if (isAnswer(failure)) {
                probing.set(false);
                silent = false;
            } else {
                timer.after(PROBE_PAUSE.toNanos(), () -> probe(calls));
            }
        });
    }

    /** A refusal is an answer too. */
    private static boolean isAnswer(@Nullable Throwable failure) {
        return failure == null || has(failure, RedisCommandExecutionException.class);
    }

    private static boolean isSilence(@Nullable Throwable failure) {
        return has(failure, RedisCommandTimeoutException.class);
    }

    private static boolean has(@Nullable Throwable failure, Class<? extends Throwable> cause) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (cause.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    private static NodeFault fault(Throwable failure, long sentAt) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (has(cause, RedisCommandExecutionException.class)) {
            return NodeFault.refused(outcome(cause), cause);
        }
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
