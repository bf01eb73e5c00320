package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.StaleTokenException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every guard passes, on its real store: a stale token never writes, whoever writes at the same time and wherever a writer
 * stands still or dies. A guard ships when a subclass of this supplies its store.
 *
 * <p>The cases are final. One that a guard cannot be asked for is skipped with {@link SkippedCase}.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(SkippedCaseCondition.class)
@Timeout(150)
public abstract class GuardContract {

    private static final int WRITERS = 6;
    private static final int WRITES = 40;
    private static final int NEW_LOCKS = 15;
    private static final int TRIES = 50;
    private static final long PATIENCE_SECONDS = Bench.PATIENCE.toSeconds();

    /** What a writer has to overtake one that stands still; where the guard makes it wait, it is in vain. */
    private static final Duration MEANWHILE = Duration.ofMillis(400);

    private final List<GuardedStore> opened = new ArrayList<>();
    private final List<ChildJvm> children = new ArrayList<>();
    private @Nullable GuardFixture fixture;
    private String lock = "";

    /** Whether the last case has left the store as it found it; locks are of one case, so it needs not be empty. */
    private boolean sound;

    /** For subclasses. */
    protected GuardContract() {}

    /**
     * Starts the store under test, once for all cases.
     *
     * @return the running store, closed after the last case
     * @throws Exception if it does not start
     */
    protected abstract GuardFixture startStore() throws Exception;

    /**
     * What keeps the store from running on this machine, as {@link LockContract#obstacle()}.
     *
     * @return the reason, or empty where the store runs
     */
    protected Optional<String> obstacle() {
        return Optional.empty();
    }

    @BeforeAll
    final void startTheStore() throws Exception {
        obstacle().ifPresent(Assumptions::abort);
        fixture = startStore();
    }

    @AfterAll
    final void stopTheStore() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @BeforeEach
    final void prepare(TestInfo test) {
        if (!sound) {
            fixture().heal();
        }
        sound = true;
        lock = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    final void tidyUp() throws Exception {
        children.forEach(ChildJvm::close);
        children.clear();
        for (GuardedStore store : opened) {
            store.close();
        }
        opened.clear();
    }

    private GuardFixture fixture() {
        return Objects.requireNonNull(fixture, "fixture");
    }

    private GuardedStore open() throws Exception {
        GuardedStore store = fixture().open();
        opened.add(store);
        return store;
    }

    private FencingToken token(long value) {
        return new FencingToken(lock, value);
    }

    // What is admitted

    @Test
    final void theFirstToken_isAdmitted() throws Exception {
        GuardedStore store = open();
        assertThat(store.read(lock)).isNull();
        store.write(token(1), "one");
        assertThat(store.read(lock)).isEqualTo("one");
    }

    @Test
    final void anEqualToken_isAdmittedAgainAndAgain() throws Exception {
        GuardedStore store = open();
        GuardedStore other = open();
        for (int i = 0; i < 5; i++) {
            store.write(token(7), "a" + i);
            assertThat(other.read(lock)).isEqualTo("a" + i);
            other.write(token(7), "b" + i);
            assertThat(store.read(lock)).isEqualTo("b" + i);
        }
    }

    @Test
    final void aNewerToken_isAdmitted() throws Exception {
        GuardedStore store = open();
        for (long value : new long[] {3, 4, 1_000_000, 1_795_385_521_255_588L}) {
            store.write(token(value), "by " + value);
            assertThat(store.read(lock)).isEqualTo("by " + value);
        }
    }

    @Test
    final void anOlderToken_isRefused_andWritesNothing() throws Exception {
        GuardedStore store = open();
        GuardedStore late = open();
        store.write(token(34), "new");
        for (long value : new long[] {33, 4, 1}) {
            assertRefused(late, token(value), 34);
        }
        assertThat(store.read(lock)).isEqualTo("new");
        late.write(token(34), "still admitted");
        assertThat(store.read(lock)).isEqualTo("still admitted");
    }

    @Test
    final void aRefusal_namesTheLockAndBothTokens() throws Exception {
        GuardedStore store = open();
        store.write(token(34), "new");
        StaleTokenException refused = assertRefused(store, token(33), 34);
        assertThat(refused).isInstanceOf(LockException.class).hasMessageContainingAll("'" + lock + "'", "33", "34");
        assertThat(refused.lockName()).isEqualTo(lock);
    }

    @Test
    final void theLargestTokens_areToldApart() throws Exception {
        GuardedStore store = open();
        store.write(token((1L << 53) + 1), "one more than a double can count");
        assertRefused(store, token(1L << 53), (1L << 53) + 1);
        store.write(token(Long.MAX_VALUE - 1), "the last but one");
        store.write(token(Long.MAX_VALUE), "the last");
        assertRefused(store, token(Long.MAX_VALUE - 1), Long.MAX_VALUE);
        assertRefused(store, token(999_999_999_999_999_999L), Long.MAX_VALUE);
        assertThat(store.read(lock)).isEqualTo("the last");
    }

    @Test
    final void tokensOfDifferentLocks_areNeverCompared() throws Exception {
        GuardedStore store = open();
        store.write(new FencingToken(lock + "/a", 100), "a");
        store.write(new FencingToken(lock + "/b", 1), "b");
        assertThat(store.read(lock + "/a")).isEqualTo("a");
        assertThat(store.read(lock + "/b")).isEqualTo("b");
    }

    @Test
    final void namesOfEveryKind_areDifferentLocks() throws Exception {
        GuardedStore store = open();
        List<String> names = NamesContract.names().toList();
        // Downwards: if two names were one to the guard, the second would be refused.
        for (int i = 0; i < names.size(); i++) {
            store.write(new FencingToken(names.get(i), 1_000 - i), "value " + i);
        }
        for (int i = 0; i < names.size(); i++) {
            assertThat(store.read(names.get(i))).as(names.get(i)).isEqualTo("value " + i);
            assertRefused(store, new FencingToken(names.get(i), 999 - i), 1_000 - i);
        }
    }

    // What is refused before any write

    @Test
    final void whatIsNoTokenOrNoName_isRefusedBeforeAnyWrite() throws Exception {
        GuardedStore store = open();
        assertThatNullPointerException().isThrownBy(() -> store.write(noToken(), "none"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(new FencingToken("x".repeat(1_025), 1), "too long"))
                .withMessageContaining("1024");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(new FencingToken("half \uD83D", 1), "not Unicode"))
                .withMessageContaining("surrogate");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(token(0), "zero"))
                .withMessageContaining("0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(token(-1), "negative"))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(FencingToken.parse(lock + ":12"), "malformed"))
                .withMessageContaining("index");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(token(1).requireLock("another"), "of another lock"))
                .withMessageContainingAll("another", lock);
        assertThat(store.read(lock)).isNull();
    }

    @SuppressWarnings("NullAway") // What a caller without NullAway may pass.
    private static FencingToken noToken() {
        return null;
    }

    // Reset

    @Test
    final void aReset_admitsTokensFromItsFloorOn() throws Exception {
        GuardedStore store = open();
        store.write(token(1_000), "of the old backend");
        store.reset(lock, 10);
        assertRefused(store, token(9), 10);
        store.write(token(10), "of the new one");
        assertThat(store.read(lock)).isEqualTo("of the new one");
        store.write(token(12), "and on");
        assertRefused(store, token(11), 12);
    }

    @Test
    final void aResetToZero_forgetsTheLock() throws Exception {
        GuardedStore store = open();
        store.write(token(1_000), "old");
        store.reset(lock, 0);
        store.write(token(1), "new");
        assertThat(store.read(lock)).isEqualTo("new");
    }

    @Test
    final void aResetUpwards_refusesWhatIsBelow_evenOfALockThatWasNeverSeen() throws Exception {
        GuardedStore store = open();
        store.reset(lock, 50);
        assertRefused(store, token(49), 50);
        store.write(token(50), "fifty");
        store.reset(lock, 100);
        assertRefused(store, token(50), 100);
    }

    @Test
    final void aReset_isOfOneLockOnly_andRefusesANegativeFloor() throws Exception {
        GuardedStore store = open();
        store.write(token(10), "ten");
        store.reset(lock + "/other", 0);
        assertRefused(store, token(9), 10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.reset(lock, -1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException().isThrownBy(() -> store.reset(" ", 1));
        assertRefused(store, token(9), 10);
    }

    // Several writers at once

    @Test
    final void concurrentWriters_neverTakeTheStoreBack() throws Exception {
        AtomicLong tokens = new AtomicLong();
        List<Job<List<Attempt>>> writers = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        GuardedStore watched = open();
        Job<List<Long>> reader = Job.start("reader", () -> readUntil(done, watched));
        for (int i = 0; i < WRITERS; i++) {
            GuardedStore store = open();
            writers.add(Job.start("writer-" + i, () -> writeOften(store, tokens)));
        }
        List<Attempt> attempts = new ArrayList<>();
        for (Job<List<Attempt>> writer : writers) {
            attempts.addAll(writer.get());
        }
        done.set(true);

        assertThat(reader.get()).isSorted();
        assertThat(attempts).hasSize(WRITERS * WRITES);
        long newest = attempts.stream()
                .filter(Attempt::admitted)
                .mapToLong(Attempt::token)
                .max()
                .orElse(0);
        assertThat(newest).as("the newest of all").isEqualTo(tokens.get());
        assertThat(watched.read(lock)).isEqualTo(Long.toString(newest));
        for (Attempt late : attempts) {
            boolean overtaken = attempts.stream()
                    .anyMatch(other ->
                            other.admitted() && other.token() > late.token() && other.ended() - late.began() < 0);
            assertThat(late.admitted() && overtaken)
                    .as("%s was overtaken", late)
                    .isFalse();
        }
    }

    private List<Attempt> writeOften(GuardedStore store, AtomicLong tokens) throws Exception {
        List<Attempt> attempts = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
            long began = System.nanoTime();
            long value = tokens.incrementAndGet();
            boolean admitted = isAdmitted(store, token(value), Long.toString(value));
            attempts.add(new Attempt(value, began, System.nanoTime(), admitted));
        }
        return attempts;
    }

    private List<Long> readUntil(AtomicBoolean done, GuardedStore store) throws Exception {
        List<Long> seen = new ArrayList<>();
        while (!done.get()) {
            String value = store.read(lock);
            if (value != null) {
                seen.add(Long.valueOf(value));
            }
        }
        return seen;
    }

    private record Attempt(long token, long began, long ended, boolean admitted) {}

    @Test
    final void writersThatMakeTheGuardsFirstRecordAtOnce_areOrdered() throws Exception {
        List<GuardedStore> stores = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            stores.add(open());
        }
        for (int round = 0; round < NEW_LOCKS; round++) {
            String name = lock + "/" + round;
            CyclicBarrier start = new CyclicBarrier(WRITERS);
            List<Job<Boolean>> writers = IntStream.range(0, WRITERS)
                    .mapToObj(i -> Job.start("writer-" + i, () -> {
                        start.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                        return isAdmitted(stores.get(i), new FencingToken(name, i + 1), "by " + (i + 1));
                    }))
                    .toList();
            List<Boolean> admitted = new ArrayList<>();
            for (Job<Boolean> writer : writers) {
                admitted.add(writer.get());
            }
            assertThat(admitted.get(WRITERS - 1)).as("the newest is admitted").isTrue();
            assertThat(stores.get(0).read(name)).isEqualTo("by " + WRITERS);
            assertRefused(stores.get(0), new FencingToken(name, WRITERS - 1), WRITERS);
        }
    }

    /** As an application would: a transaction that lost a race is begun again. */
    private static boolean isAdmitted(GuardedStore store, FencingToken token, String value) throws Exception {
        for (int i = 0; i < TRIES; i++) {
            try {
                store.write(token, value);
                return true;
            } catch (StaleTokenException e) {
                return false;
            } catch (LockBackendException e) {
                assertThat(e).hasMessageContaining("begin again");
            }
        }
        throw new AssertionError("no answer in " + TRIES + " tries");
    }

    // A writer that stands still, at any step

    @Test
    final void aWriterThatStandsStillAtAnyStep_isOvertakenOrInFront_andNeverLate() throws Exception {
        for (String step : fixture().steps()) {
            String name = lock + "/" + step;
            GuardedStore slow = open();
            GuardedStore quick = open();
            quick.write(new FencingToken(name, 10), "ten");
            CountDownLatch there = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            Job<Boolean> stopped = Job.start("stopped", () -> {
                try {
                    slow.write(new FencingToken(name, 20), "twenty", at -> standStill(at.equals(step), there, goOn));
                    return true;
                } catch (StaleTokenException e) {
                    return false;
                }
            });
            assertThat(there.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(step).isTrue();

            Job<Boolean> newer = Job.start("newer", () -> isAdmitted(quick, new FencingToken(name, 30), "thirty"));
            boolean overtaken = newer.endsWithin(MEANWHILE);
            goOn.countDown();

            assertThat(newer.get()).as("the newer one, at step " + step).isTrue();
            boolean written = stopped.get();
            boolean last = step.equals(fixture().steps().get(fixture().steps().size() - 1));
            assertThat(written && overtaken && !last)
                    .as("late, after step " + step)
                    .isFalse();
            assertThat(quick.read(name)).as("at step " + step).isEqualTo("thirty");
            assertRefused(slow, new FencingToken(name, 20), 30);
        }
    }

    private static void standStill(boolean here, CountDownLatch there, CountDownLatch goOn) {
        if (here && there.getCount() > 0) {
            there.countDown();
            try {
                assertThat(goOn.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // A writer that dies, at any step

    @Test
    final void aWriterThatIsKilledAtAnyStep_leavesNoStaleWriteIn() throws Exception {
        GuardedStore store = open();
        for (String step : fixture().steps()) {
            String name = lock + "/" + step;
            store.write(new FencingToken(name, 10), "ten");
            ChildJvm child = child(new FencingToken(name, 20), "twenty", step);
            child.awaitLine("at");
            child.kill();

            assertRefused(store, new FencingToken(name, 9), 10, 20);
            assertThat(store.read(name)).as("killed at step " + step).isIn("ten", "twenty");
            assertThat(isAdmitted(store, new FencingToken(name, 30), "thirty")).isTrue();
            assertRefused(store, new FencingToken(name, 20), 30);
            assertThat(store.read(name)).as("killed at step " + step).isEqualTo("thirty");
        }
    }

    @Test
    final void aStaleWriterOfAnotherProcess_isRefused() throws Exception {
        GuardedStore store = open();
        store.write(token(30), "thirty");
        ChildJvm child = child(token(20), "twenty", "never");
        child.awaitLine("refused");
        assertThat(store.read(lock)).isEqualTo("thirty");
    }

    private ChildJvm child(FencingToken token, String value, String step) {
        GuardFixture.InChild inChild = fixture().inChild().orElseThrow();
        ChildJvm child = ChildJvm.start(
                GuardChildMain.class,
                inChild.url(),
                Map.of(),
                Map.of(),
                inChild.store().getName(),
                token.toString(),
                value,
                step);
        children.add(child);
        return child;
    }

    @Test
    final void aRestartOfTheStore_forgetsNothing() throws Exception {
        try (GuardedStore store = fixture().open()) {
            store.write(token(30), "thirty");
        }
        sound = false;
        fixture().restartStore();
        GuardedStore store = open();
        assertRefused(store, token(29), 30);
        assertThat(store.read(lock)).isEqualTo("thirty");
        store.write(token(30), "again");
        assertThat(store.read(lock)).isEqualTo("again");
    }

    // Helpers

    private static StaleTokenException assertRefused(GuardedStore store, FencingToken token, long... newest)
            throws Exception {
        try {
            store.write(token, "LATE");
        } catch (StaleTokenException e) {
            assertThat(e.token()).isEqualTo(token);
            assertThat(newest).contains(e.newest());
            return e;
        }
        throw new AssertionError("token " + token + " was admitted, although " + Arrays.toString(newest) + " was seen");
    }
}
