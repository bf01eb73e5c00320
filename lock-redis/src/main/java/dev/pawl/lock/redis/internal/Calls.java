package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends scripts and sees that each is answered in time.
 *
 * <p>lettuce's own command timeout is a timer entry per command, and a client that was handed in may have it off, fixed, or at
 * a minute. One look at all calls in flight, several times per time limit, is cheaper and always ours.
 */
public final class Calls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private static final Script PING = Script.of(Calls.class, "ping.lua");

    private static final int LOOKS_PER_TIMEOUT = 10;
    private static final Duration LONGEST_PERIOD = Duration.ofMillis(250);
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);

    /** So many looks that have not come mean that none will. */
    private static final int LOOKS_MISSED = 8;

    private static final Duration RESEND_DELAY = Duration.ofMillis(10);

    private final Link link;
    private final Faults faults;
    private final Duration ioTimeout;
    private final Queue<Call> inFlight = new ConcurrentLinkedQueue<>();
    private final RoundTrip roundTrip = new RoundTrip();
    private final long periodNanos;
    private final AtomicLong lookedAtNanos = new AtomicLong();
    private volatile @Nullable Future<?> looking;
    private volatile boolean closed;

    /**
     * Nothing is timed before {@link #start}.
     *
     * @param link where to send
     * @param ioTimeout the longest that one call may take
     */
    public Calls(Link link, Duration ioTimeout) {
        this.link = link;
        this.faults = new Faults(link::nodeOf);
        this.ioTimeout = ioTimeout;
        long period = ioTimeout.toNanos() / LOOKS_PER_TIMEOUT;
        periodNanos = Math.max(SHORTEST_PERIOD.toNanos(), Math.min(LONGEST_PERIOD.toNanos(), period));
    }

    /** Begins to look for calls whose time is over. */
    public void start() {
        lookedAtNanos.set(System.nanoTime());
        lookFromNowOn();
    }

    /** How long these calls take. */
    public RoundTrip roundTrip() {
        return roundTrip;
    }

    /** Sends a script by its hash, or by its source when the server does not know it yet. */
    public <T> CompletableFuture<T> run(Script script, String[] keys, String[] values, Answer<? extends T> answer) {
        return run(script, System.nanoTime(), keys, values, answer);
    }

    /** As above, for a call whose time limit began with an earlier one. */
    public <T> CompletableFuture<T> run(
            Script script, long startNanos, String[] keys, String[] values, Answer<? extends T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Call call = Call.evalsha(script, startNanos, keys, values);
        whenAnswered(call, script, keys, values, answer, result);
        send(call);
        return result;
    }

    /** Sends a script once for each entry, with one flush. */
    public <E, T> List<CompletableFuture<T>> runAll(
            Script script,
            List<E> entries,
            Function<E, String[]> keysOf,
            Function<E, String[]> valuesOf,
            Answer<? extends T> answer) {
        List<CompletableFuture<T>> results = new ArrayList<>(entries.size());
        List<Call> calls = new ArrayList<>(entries.size());
        long now = System.nanoTime();
        for (E entry : entries) {
            String[] keys = keysOf.apply(entry);
            String[] values = valuesOf.apply(entry);
            CompletableFuture<T> result = new CompletableFuture<>();
            Call call = Call.evalsha(script, now, keys, values);
            whenAnswered(call, script, keys, values, answer, result);
            results.add(result);
            calls.add(call);
        }
        inFlight.addAll(calls);
        link.send(calls);
        lookAgainIfNobodyDoes(now);
        return results;
    }

    /** Asks how many replicas have what this connection wrote. */
    public CompletableFuture<Long> waitForReplicas(String key, long startNanos, int replicas, Duration patience) {
        return sendOnce(
                Call.waitForReplicas(key, startNanos, replicas, Math.max(1, patience.toMillis())),
                (reply, sentAgain) -> reply[0]);
    }

    /** Asks what time it is there, in microseconds. A server that is asked this can do nothing with it later. */
    public CompletableFuture<Long> time() {
        return sendOnce(Call.time(System.nanoTime()), (reply, sentAgain) -> reply[0] * 1_000_000 + reply[1]);
    }

    /** Asks whether the server would carry out a write. */
    public CompletableFuture<Long> ping(String namespace) {
        return run(PING, new String[] {Keys.ofNothing(namespace)}, new String[0], (reply, sentAgain) -> reply[0]);
    }

    private CompletableFuture<Long> sendOnce(Call call, Answer<Long> answer) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        call.onComplete((reply, failed) -> {
            Throwable failure = failed == null ? outOfStep(call) : failed;
            hear(call, failure);
            if (failure == null) {
                complete(result, answer, reply, call);
            } else {
                result.completeExceptionally(faults.translate(call, failure));
            }
        });
        send(call);
        return result;
    }

    private <T> void whenAnswered(
            Call call,
            Script script,
            String[] keys,
            String[] values,
            Answer<? extends T> answer,
            CompletableFuture<T> result) {
        call.onComplete((reply, failed) -> {
            Throwable failure = failed == null ? outOfStep(call) : failed;
            hear(call, failure);
            if (failure == null) {
                roundTrip.took(System.nanoTime() - call.sentNanos());
                complete(result, answer, reply, call);
            } else if (failure instanceof RedisNoScriptException && call.isByHash()) {
                // A new server, or one that lost its scripts. EVAL leaves the script there.
                Call again = Call.eval(script, call.startNanos(), keys, values);
                whenAnswered(again, script, keys, values, answer, result);
                send(again);
            } else if ((failure instanceof IOException || isMigrating(failure)) && isInTime(call)) {
                // lettuce replays what was in flight on a broken connection, but for the first, which it fails; and
                // before it has reconnected it may fail what is sent meanwhile. So not at once.
                Call again = Call.evalsha(script, call.startNanos(), keys, values);
                again.follows(failure);
                whenAnswered(again, script, keys, values, answer, result);
                sendLater(again);
            } else {
                result.completeExceptionally(faults.translate(call, failure));
            }
        });
    }

    /** Null, if this is the answer to the call. Else the connection has lost count of its requests, and is given up. */
    private @Nullable IOException outOfStep(Call call) {
        if (call.isAnswered()) {
            return null;
        }
        link.line(call.key()).giveUp(System.nanoTime());
        return new IOException("the answer belongs to another request");
    }

    private static <T> void complete(CompletableFuture<T> result, Answer<? extends T> answer, long[] reply, Call call) {
        try {
            result.complete(answer.read(reply, call.wasSentAgain()));
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    /** A refusal is an answer too; but one that says that this is not the master, or not any more, is a reason to look for it. */
    private void hear(Call call, @Nullable Throwable failure) {
        if (failure == null) {
            link.line(call.key()).heard(System.nanoTime());
        } else if (failure instanceof RedisCommandExecutionException) {
            long now = System.nanoTime();
            WatchedConnection line = link.line(call.key());
            line.heard(now);
            if (Faults.isByWhomIsNotTheMaster(failure)) {
                line.giveUp(now);
                link.signals().line().giveUp(now);
            }
        }
    }

    /** A cluster refuses several keys of one slot while it moves that slot. */
    private static boolean isMigrating(Throwable failure) {
        String text = failure.getMessage();
        return text != null && text.startsWith("TRYAGAIN");
    }

    private boolean isInTime(Call call) {
        return !closed && System.nanoTime() - call.startNanos() < ioTimeout.toNanos();
    }

    private void send(Call call) {
        forgetAnswered();
        inFlight.add(call);
        link.send(call);
        if (closed) {
            failRest();
        } else {
            lookAgainIfNobodyDoes(call.sentNanos());
        }
    }

    /** In flight from now on, so that it is failed in time whatever becomes of the timer. */
    private void sendLater(Call call) {
        inFlight.add(call);
        try {
            var unused = link.resources()
                    .eventExecutorGroup()
                    .schedule(
                            () -> {
                                if (!call.isDone()) {
                                    link.send(call);
                                }
                            },
                            RESEND_DELAY.toNanos(),
                            TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            failRest();
        }
        if (closed) {
            failRest();
        }
    }

    /** Replies come in the order of the calls, so the front of the queue is all that must be kept short. */
    private void forgetAnswered() {
        Call first = inFlight.peek();
        while (first != null && first.isDone()) {
            inFlight.remove(first);
            first = inFlight.peek();
        }
    }

    /**
     * Not on the timer's thread, which the application may share. The executor looks again by itself: a look that had to arrange for the
     * next one would be the last when the heap is full.
     */
    private void lookFromNowOn() {
        try {
            var future = link.resources()
                    .eventExecutorGroup()
                    .scheduleWithFixedDelay(this::look, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
            looking = future;
            // The application has shut its client down: lettuce fails every call from here on by itself. One that was
            // only replaced is not meant.
            future.addListener(ended -> {
                if (looking == future) {
                    failRest();
                }
            });
            if (closed) {
                future.cancel(false);
            }
        } catch (RejectedExecutionException e) {
            failRest();
        }
    }

    /** Its thread may have died, of a full heap for one. */
    private void lookAgainIfNobodyDoes(long now) {
        long last = lookedAtNanos.get();
        if (now - last > LOOKS_MISSED * periodNanos && lookedAtNanos.compareAndSet(last, now)) {
            Future<?> before = looking;
            looking = null;
            if (before != null) {
                before.cancel(false);
            }
            lookFromNowOn();
        }
    }

    private void look() {
        long now = System.nanoTime();
        lookedAtNanos.set(now);
        try {
            failLate(now);
            link.signals().look(now, ioTimeout.toNanos());
        } catch (RuntimeException | OutOfMemoryError e) {
            // Whoever it was stays in flight, and is looked at again.
            LOG.warn("Calls to Redis that are late could not be ended, going on to try", e);
        }
    }

    /**
     * A call that is done is not sent after a reconnect, so connections that have gone silent are given up last. A call leaves the queue
     * when it has ended: what was not is ended by the next look.
     */
    private void failLate(long now) {
        Set<WatchedConnection> silent = Set.of();
        for (Iterator<Call> calls = inFlight.iterator(); calls.hasNext(); ) {
            Call call = calls.next();
            if (!call.isDone() && now - call.startNanos() >= ioTimeout.toNanos()) {
                call.completeExceptionally(call.late(ioTimeout));
                WatchedConnection line = link.line(call.key());
                if (line.isSilent(now, ioTimeout.toNanos())) {
                    silent = silent.isEmpty() ? new HashSet<>() : silent;
                    silent.add(line);
                }
            }
            if (call.isDone()) {
                calls.remove();
            }
        }
        silent.forEach(line -> line.giveUp(now));
    }

    /** After the connections are closed: nothing is left unanswered. */
    @Override
    public void close() {
        closed = true;
        Future<?> last = looking;
        if (last != null) {
            last.cancel(false);
        }
        failRest();
    }

    private void failRest() {
        Call call = inFlight.poll();
        while (call != null) {
            call.completeExceptionally(new RedisException("Connection is closed"));
            call = inFlight.poll();
        }
    }
}
