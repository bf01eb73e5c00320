package dev.pawl.lock.internal;

import static dev.pawl.lock.internal.Soon.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contender;
import dev.pawl.lock.spi.Contest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a request that times out says of who has the lock. */
class HolderToldTest {

    private static final Duration BRIEF = Duration.ofMillis(20);
    private static final Instant SINCE = Instant.parse("2026-11-30T01:40:12.123456Z");

    /** What becomes of the refusals of the service. */
    private volatile UnaryOperator<Attempt.Busy> refusals = busy -> busy;

    private final DelegatingBackend backend = new DelegatingBackend() {
        @Override
        CompletionStage<Attempt> attempt(
                Contest contest, Contender inner, boolean willWait, int tokens, Executor blocking) {
            return super.attempt(contest, inner, willWait, tokens, blocking)
                    .thenApply(answer -> answer instanceof Attempt.Busy busy ? refusals.apply(busy) : answer);
        }
    };
    private final Engine ours = engine("web-1/17");
    private final Engine theirs = engine("web-3/4711");

    private Engine engine(String label) {
        return new Engine(backend, LockOptions.defaults(), Environment.live(backend.ticker()), label);
    }

    private void refusalsTell(LockInfo holder) {
        refusals = busy -> Attempt.Busy.until(busy.retryAfter(), holder);
    }

    @AfterEach
    void close() {
        ours.close();
        theirs.close();
    }

    private LockTimeoutException timesOut(Duration timeout) {
        return catchThrowableOfType(
                LockTimeoutException.class, () -> ours.lock("a").acquire(timeout));
    }

    @Test
    void anotherClient_isNamed_byItsLabelAndItsToken() throws Exception {
        Lease held = theirs.lock("a").acquire();
        for (Duration timeout : List.of(BRIEF, Duration.ZERO)) {
            LockTimeoutException late = timesOut(timeout);
            LockInfo holder = late.holder().orElseThrow();
            assertThat(holder.holder()).hasValue("web-3/4711");
            assertThat(holder.token()).isEqualTo(held.token());
            assertThat(late).hasMessageEndingWith(" ms; when last asked, 'web-3/4711' had it");
        }
    }

    @Test
    void thisClientItself_isNamed_withoutAskingTheService() throws Exception {
        Lease held = ours.lock("a").acquire();
        backend.service.pause();
        for (Duration timeout : List.of(BRIEF, Duration.ZERO)) {
            LockInfo holder = timesOut(timeout).holder().orElseThrow();
            assertThat(holder.holder()).hasValue("web-1/17");
            assertThat(holder.token()).isEqualTo(held.token());
        }
        backend.service.resume();
    }

    @Test
    void theLastAnswerCounts_notTheFirst() throws Exception {
        theirs.lock("a").acquire();
        refusalsTell(LockInfo.builder(new FencingToken("a", 1)).holder("first").build());
        CompletableFuture<Lease> waiter = ours.lock("a").acquireAsync(Duration.ofSeconds(3));
        Soon.await().until(() -> backend.service.waiting("a") == 1);
        refusalsTell(LockInfo.builder(new FencingToken("a", 2)).holder("second").build());
        backend.service.advance(Duration.ZERO);
        assertThat(waiter)
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("'second' had it");
    }

    @Test
    void since_isPartOfTheMessage_andSoIsAHolderWithoutALabel() throws Exception {
        theirs.lock("a").acquire();
        LockInfo.Builder holder = LockInfo.builder(new FencingToken("a", 1)).since(SINCE);
        refusalsTell(holder.build());
        assertThat(timesOut(BRIEF))
                .hasMessageEndingWith("; when last asked, somebody had it since 2026-11-30T01:40:12.123Z");
        refusalsTell(holder.holder("db-1/9").build());
        assertThat(timesOut(BRIEF))
                .hasMessageEndingWith("; when last asked, 'db-1/9' had it since 2026-11-30T01:40:12.123Z");
    }

    @Test
    void aServiceThatDoesNotTell_leavesTheMessageAsItWas() throws Exception {
        theirs.lock("a").acquire();
        refusals = busy -> Attempt.Busy.until(busy.retryAfter());
        LockTimeoutException late = timesOut(BRIEF);
        assertThat(late.holder()).isEmpty();
        assertThat(late.getMessage()).matches("lock 'a': still held by others after \\d+ ms");
    }

    @Test
    void aLabelThatIsNone_isCut_andCannotWriteToATerminal() throws Exception {
        theirs.lock("a").acquire();
        refusalsTell(LockInfo.builder(new FencingToken("a", 1))
                .holder("\u001b[2J\r\n\u202e\u2028" + "x".repeat(10_000))
                .build());
        LockTimeoutException late = timesOut(BRIEF);
        assertThat(late).hasMessageContaining("'\\u001b[2J\\u000d\\u000a\\u202e\\u2028xxx");
        String message = Objects.requireNonNull(late.getMessage());
        assertThat(message.length()).isLessThan(300);
        assertThat(message.chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void ofSeveralNames_theOneThatIsMissingIsTold() throws Exception {
        Lease held = theirs.lock("b").acquire();
        var several = ours.lockAll(List.of("a", "b", "c"));
        LockTimeoutException late = catchThrowableOfType(LockTimeoutException.class, () -> several.acquire(BRIEF));
        assertThat(late.holder().orElseThrow().token()).isEqualTo(held.token());
        assertThat(late).hasMessageEndingWith(" ms; when last asked, 'web-3/4711' had 'b'");
        assertThat(several.acquireAsync(BRIEF))
                .failsWithin(SOON)
                .withThrowableThat()
                .withMessageContaining("'web-3/4711' had 'b'");
    }

    @Test
    void theHolder_staysBehindWhenTheExceptionIsSerialized() throws Exception {
        theirs.lock("a").acquire();
        LockTimeoutException late = timesOut(BRIEF);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(late);
        LockTimeoutException read = (LockTimeoutException)
                new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(read).hasMessage(late.getMessage());
        assertThat(read.holder()).isEmpty();
    }
}
