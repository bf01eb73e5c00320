package dev.pawl.lock.jdbc.internal.exchange;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Smart batching: what is asked while all carriers are busy gathers, and goes together in the next exchange. Who finds a carrier free goes at
 * once, alone, on its own thread. There is no timer and no thread of its own: who has carried hands the carrier to the thread that has
 * waited longest, which takes everything that has gathered along. So each thread that waits is woken once. Safe for use by several threads.
 *
 * @param <Q> what is asked
 * @param <A> the answer to it
 */
public final class Gathering<Q, A> {

    /** How much goes in one exchange at the most. */
    static final int MOST = 128;

    /** A part of the time limit is left to the exchange. */
    private static final int PART_OF_THE_EXCHANGE = 4;

    /** Exchanges that are over so soon need one carrier: what gathers meanwhile saves more than a second one would. In ns. */
    private static final long SOON = 700_000;

    /** The state of a connection that was lost: nobody knows what came of the others. */
    private static final String UNKNOWN = "08006";

    /** Of how many exchanges the usual time is taken, about. */
    private static final int SEVERAL = 16;

    /** One exchange. */
    @FunctionalInterface
    public interface Carriage<Q, A> {

        /**
         * Asks for all of them.
         *
         * @param end when it has to be over, on the monotonic clock
         * @return an answer for each, in the same order
         */
        List<A> carry(List<Q> questions, long end) throws SQLException;
    }

    private final Carriage<Q, A> carriage;
    private final long limitNanos;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final Deque<Ask<Q, A>> waiting = new ArrayDeque<>();

    private final int carriers;

    /** How many exchanges are under way; guarded by the lock. */
    private int busy;

    /** When one of them last began or ended; guarded by the lock. */
    private long lastMove = System.nanoTime();

    /** How long an exchange takes; guarded by the lock. */
    private long usual;

    /** @param carriers how many exchanges may be under way at once, where each takes long: over a network, say */
    public Gathering(int carriers, long limitNanos, Carriage<Q, A> carriage) {
        this.carriers = carriers;
        this.limitNanos = limitNanos;
        this.carriage = carriage;
    }

    /** One request. */
    private static final class Ask<Q, A> {

        private final Q question;
        private final long end;
        private final Thread thread = Thread.currentThread();

        /** What its thread is to carry, itself included; guarded by the lock until its thread is woken. */
        private volatile @Nullable List<Ask<Q, A>> load;

        private @Nullable A answer;
        private @Nullable SQLException failure;
        private volatile boolean answered;

        Ask(Q question, long end) {
            this.question = question;
            this.end = end;
        }

        void answered(@Nullable A with, @Nullable SQLException because) {
            answer = with;
            failure = because;
            answered = true;
        }
    }

    /**
     * Waits for an answer through interrupts, and keeps the thread's interrupt status.
     *
     * @param end when the request has to be over, on the monotonic clock
     */
    public A ask(Q question, long end) throws SQLException {
        if (begins()) {
            return alone(question, end);
        }
        Ask<Q, A> ask = new Ask<>(question, end);
        List<Ask<Q, A>> load = begins(ask) ? List.of(ask) : await(ask);
        if (load != null) {
            carry(load);
        }
        if (ask.failure != null) {
            throw ask.failure;
        }
        A answer = ask.answer;
        if (answer == null) {
            throw new IllegalStateException("no answer to " + question);
        }
        return answer;
    }

    /** How many wait for a carrier now. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether one goes at once. */
    private boolean begins() {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (now - lastMove > 2 * limitNanos) {
                // None lasts so long: an error has ended a thread before it could pass its carrier on.
                busy = 0;
            }
            if (busy >= useful()) {
                return false;
            }
            busy++;
            lastMove = now;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The same for one that waits with the others otherwise. */
    private boolean begins(Ask<Q, A> ask) {
        lock.lock();
        try {
            boolean first = begins();
            if (!first) {
                waiting.add(ask);
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    private A alone(Q question, long end) throws SQLException {
        long began = System.nanoTime();
        try {
            return carriage.carry(List.of(question), end).get(0);
        } finally {
            passOn(System.nanoTime() - began);
        }
    }

    private int useful() {
        return usual < SOON ? 1 : carriers;
    }

    /** What it is to carry, or null if it was answered. */
    private @Nullable List<Ask<Q, A>> await(Ask<Q, A> ask) throws SQLException {
        boolean interrupted = false;
        try {
            while (!ask.answered && ask.load == null) {
                long left = ask.end - limitNanos / PART_OF_THE_EXCHANGE - System.nanoTime();
                // One that is under way ends by itself, unless its carrier was lost by an error.
                if (left <= 0 && (gaveUp(ask) || left < -2 * limitNanos)) {
                    throw new SQLTransientConnectionException("no connection within the time limit");
                }
                LockSupport.parkNanos(this, left > 0 ? left : limitNanos);
                interrupted |= Thread.interrupted();
            }
            return ask.answered ? null : ask.load;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** False if it is under way by now. */
    private boolean gaveUp(Ask<Q, A> ask) {
        lock.lock();
        try {
            return waiting.remove(ask);
        } finally {
            lock.unlock();
        }
    }

    private void carry(List<Ask<Q, A>> load) {
        SQLException failure = null;
        List<A> answers = List.of();
        long began = System.nanoTime();
        try {
            long end = load.get(0).end;
            List<Q> questions = new ArrayList<>(load.size());
            for (Ask<Q, A> ask : load) {
                end = ask.end - end < 0 ? ask.end : end;
                questions.add(ask.question);
            }
            answers = carriage.carry(questions, end);
        } catch (SQLException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new SQLException("the exchange of several requests failed", UNKNOWN, e);
            throw e;
        } finally {
            passOn(System.nanoTime() - began);
            for (int i = 0; i < load.size(); i++) {
                Ask<Q, A> ask = load.get(i);
                ask.answered(failure == null && i < answers.size() ? answers.get(i) : null, failure);
                LockSupport.unpark(ask.thread);
            }
        }
    }

    /** Hands the carrier to who has waited longest, with all that has gathered. */
    private void passOn(long took) {
        Ask<Q, A> next;
        lock.lock();
        try {
            lastMove = System.nanoTime();
            usual += (Math.min(took, carriers * SOON) - usual) / SEVERAL;
            next = waiting.peek();
            if (next == null || busy > useful()) {
                busy = Math.max(0, busy - 1);
                return;
            }
            List<Ask<Q, A>> load = new ArrayList<>(Math.min(waiting.size(), MOST));
            while (load.size() < MOST && !waiting.isEmpty()) {
                load.add(waiting.remove());
            }
            next.load = load;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(next.thread);
    }
}
