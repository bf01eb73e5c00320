package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.internal.Calls;
import dev.pawl.lock.redis.internal.Link;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redis.internal.Script;
import dev.pawl.lock.spi.BackendFault;
import dev.pawl.lock.spi.RenewalOutcome;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
    private static final Script RELEASE_LATER = script("release-later");
    private static final Script RELEASE = script("release");

    /** What {@link #RELEASE_LATER} says of a node that was taken away. */
    private static final long TO_BE_RELEASED = 2;

    private final String clientId;
    private final String namespace;
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
        namespace = options.namespace();
        channelPrefix = channelPrefix(options);
        tokenLifeMillis = Long.toString(options.tokenRetention().toMillis());
    }

    /** A script that lies beside this class. */
    static Script script(String name) {
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

    /** Null while it was never connected. */
    @Nullable
    Link link() {
        Connected its = connected;
        return its == null ? null : its.link;
    }

    // --- requests ----------------------------------------------------------------------------------------------------

    @Override
    public CompletionStage<Vote> acquire(QuorumAttempt attempt, long proposal, boolean willWait) {
        String[] keys = {
            attempt.keys().lock(), attempt.keys().token(), attempt.keys().queue()
        };
        String[] values = {
            attempt.owner(),
            Long.toString(attempt.leaseTime().toMillis()),
            Long.toString(proposal),
            tokenLifeMillis,
            willWait ? member(attempt) : "",
            willWait ? Long.toString(attempt.queueLife().toMillis()) : "0"
        };
        return send(calls -> calls.run(ACQUIRE, keys, values, (reply, sentAgain) -> vote(reply)));
    }

    private static Vote vote(long[] reply) {
        return reply[0] > 0
                ? new Vote.Granted(reply[0], reply[1], reply[2])
                : new Vote.Held(reply[1], -reply[0], reply[2]);
    }

    @Override
    public CompletionStage<Long> record(QuorumAttempt attempt, long token, long sinceNanos) {
        String[] keys = {attempt.keys().lock(), attempt.keys().token()};
        String[] values = {attempt.owner(), Long.toString(token), tokenLifeMillis};
        return send(calls -> calls.run(RECORD, sinceNanos, keys, values, (reply, sentAgain) -> reply[0]));
    }

    @Override
    public CompletionStage<Had> release(QuorumAttempt attempt, ReleaseKind kind) {
        String[] keys = {attempt.keys().lock(), attempt.keys().queue()};
        String[] values = {
            attempt.owner(),
            kind == ReleaseKind.FOR_GOOD_AND_LEAVING ? member(attempt) : "",
            kind == ReleaseKind.FOR_NOW ? "" : channelPrefix
        };
        return send(calls -> calls.run(RELEASE, keys, values, Master::had));
    }

    @Override
    public CompletionStage<Had> releaseLater(QuorumAttempt attempt, Duration rest) {
        String[] keys = {attempt.keys().lock(), attempt.keys().queue()};
        String[] values = {attempt.owner(), Long.toString(rest.toMillis()), member(attempt)};
        return send(calls -> calls.run(
                        RELEASE_LATER,
                        keys,
                        values,
                        (reply, sentAgain) -> reply[0] == TO_BE_RELEASED
                                ? Optional.<Had>empty()
                                : Optional.of(had(reply, sentAgain))))
                .thenCompose(had -> had.isPresent()
                        ? CompletableFuture.completedFuture(had.get())
                        : release(attempt, ReleaseKind.FOR_GOOD_AND_LEAVING));
    }

    private static Had had(long[] reply, boolean sentAgain) {
        return reply[0] != 1 && sentAgain ? Had.UNKNOWN : Had.of(reply[0] == 1);
    }

    private String member(QuorumAttempt attempt) {
        return clientId + ":" + attempt.contestant();
    }

    @Override
    public List<? extends CompletionStage<RenewalOutcome>> renew(List<QuorumAttempt> attempts) {
        try {
            Pass pass = admit();
            return pass
                    .calls
                    .runAll(
                            RENEW,
                            attempts,
                            attempt -> new String[] {attempt.keys().lock()},
                            attempt -> new String[] {
                                attempt.owner(),
                                Long.toString(attempt.leaseTime().toMillis())
                            },
                            (reply, sentAgain) -> renewal(reply))
                    .stream()
                    .map(answer -> heard(answer, pass))
                    .toList();
        } catch (NodeFault refusal) {
            return attempts.stream()
                    .map(attempt -> CompletableFuture.<RenewalOutcome>failedFuture(refusal))
                    .toList();
        }
    }

    private static RenewalOutcome renewal(long[] reply) {
        if (reply[0] == 1) {
            return RenewalOutcome.RENEWED;
        }
        return reply[0] == 0 ? RenewalOutcome.NOT_HELD : RenewalOutcome.TAKEN;
    }

    @Override
    public CompletionStage<?> ping() {
        return send(calls -> calls.ping(namespace));
    }

    // --- whether it answers ------------------------------------------------------------------------------------------

    /** What a request is sent with. */
    private record Pass(Calls calls, long sentAt) {}

    <T> CompletionStage<T> send(Function<Calls, CompletionStage<T>> request) {
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
        } else if (isSilence(failure)) {
            fellSilent(pass.sentAt);
            beginToProbe(pass.calls);
        }
    }

    private void fellSilent(long since) {
        if (!silent) {
            silentSince = since;
            silent = true;
        }
    }

    private void beginToProbe(Calls calls) {
        if (probing.compareAndSet(false, true)) {
            probe(calls);
        }
    }

    /**
     * Goes on until the master has answered: one question at a time, so that the answer to it says that all is well again. Where something
     * is thrown the next request is sent, and finds out anew.
     */
    private void probe(Calls calls) {
        try {
            long sentAt = System.nanoTime();
            calls.time().whenComplete((micros, failure) -> {
                if (isAnswer(failure)) {
                    heardAgain(calls);
                } else {
                    // An earlier request may have been answered since, which says nothing of now.
                    fellSilent(sentAt);
                    probeLater(calls);
                }
                if (failure == null) {
                    timeOfDay.heard(micros, sentAt);
                }
            });
        } catch (Throwable e) {
            endProbing();
        }
    }

    private void probeLater(Calls calls) {
        try {
            timer.after(PROBE_PAUSE.toNanos(), () -> probe(calls));
        } catch (Throwable e) {
            endProbing();
        }
    }

    private void endProbing() {
        silent = false;
        probing.set(false);
    }

    private void heardAgain(Calls calls) {
        endProbing();
        if (silent) {
            // It fell silent in between, and nobody was asked to probe.
            beginToProbe(calls);
        }
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
        if (failure instanceof BackendFault fault) {
            String subject = fault.node().map(node -> "Redis at " + node).orElse("Redis") + " ";
            return text.startsWith(subject) ? text.substring(subject.length()) : text;
        }
        return text;
    }
}
