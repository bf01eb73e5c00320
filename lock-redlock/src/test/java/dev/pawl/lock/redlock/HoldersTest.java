package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.redis.internal.RedisOptions;
import dev.pawl.lock.redlock.MasterHolders.Taking;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import io.lettuce.core.SetArgs;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What masters say that do not agree. */
@Timeout(120)
final class HoldersTest {

    private static final String LOCK = "{pawl:job}";
    private static final String COUNTER = LOCK + ":t";

    private final IndependentRedis masters = RedisServers.independent(3);
    private LockClient client;

    @BeforeEach
    void connect() {
        masters.heal();
        client = LockClient.connect(masters.url() + "?timeout=1s");
    }

    @AfterEach
    void close() {
        client.close();
        masters.heal();
    }

    private void has(int master, String value, long counter) {
        masters.on(master, redis -> redis.set(LOCK, value, SetArgs.Builder.px(30_000)));
        masters.on(master, redis -> redis.set(COUNTER, Long.toString(counter)));
    }

    @Test
    void aMasterThatVotedLate_doesNotRaiseTheTokenOfTheHolder() {
        has(0, "owner.1 web-1", 100);
        has(1, "owner.1 web-1", 100);
        has(2, "owner.1 web-1", 105);
        LockInfo info = client.inspect("job").orElseThrow();
        assertThat(info.token().value()).isEqualTo(100);
        assertThat(info.holder()).hasValue("web-1");
        masters.on(0, redis -> redis.del(LOCK));
        assertThat(client.inspect("job").orElseThrow().token().value()).isEqualTo(100);
    }

    @Test
    void whatFewerThanAMajorityHave_isNoHold() {
        has(0, "one.1 web-1", 100);
        has(1, "two.1 web-2", 101);
        assertThat(client.inspect("job")).isEmpty();
        assertThat(client.list("", 10)).isEmpty();
    }

    @Test
    void aStrangersLongValue_isCut() {
        has(0, "owner.1 " + "y".repeat(100_000), 100);
        has(1, "owner.1 " + "y".repeat(100_000), 100);
        assertThat(client.inspect("job").flatMap(LockInfo::holder)).hasValue("y".repeat(384));
    }

    @Test
    void oneMasterLess_isNoMatter_andTwoAreAFault() {
        try (Lease lease = Bench.hold(client, "job")) {
            masters.kill(2);
            assertThat(client.inspect("job").map(LockInfo::token)).hasValue(lease.token());
            assertThat(client.list("j", 10)).extracting(LockInfo::name).containsExactly("job");
            masters.kill(1);
            assertThatThrownBy(() -> client.inspect("job"))
                    .isInstanceOf(LockBackendException.class)
                    .hasMessageContaining("fewer than 2 of 3");
            assertThatThrownBy(() -> client.list("j", 10)).isInstanceOf(LockBackendException.class);
            masters.start(1, true);
            masters.start(2, true);
            Bench.await("a majority answers")
                    .ignoreExceptions()
                    .until(() -> client.inspect("job").isPresent());
        }
    }

    @Test
    void aMajorityIsEnoughToRevoke_andTheHolderIsTold() {
        Lease lease = Bench.hold(client, "job", Bench.options(Bench.SHORT_LEASE));
        masters.kill(2);
        LockInfo taken = client.lock("job").revoke(lease.token(), "a test").orElseThrow();
        assertThat(taken.token()).isGreaterThan(lease.token());
        Bench.await("the holder is told").until(() -> !lease.isValid());
        assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
        try (Lease next = Bench.get(client.lock("job").acquireAsync())) {
            assertThat(next.token()).isGreaterThan(taken.token());
        }
    }

    @Test
    void aMasterThatWasAway_doesNotGiveAForcedReleaseBack() {
        Lease lease = Bench.hold(client, "job");
        try (LockClient other = LockClient.connect(masters.url() + "?timeout=1s")) {
            masters.kill(2);
            LockInfo taken =
                    other.lock("job").forceRelease(lease.token(), "a test").orElseThrow();
            masters.start(2, true);
            assertThat(other.inspect("job")).isEmpty();
            try (Lease next = Bench.hold(other, "job")) {
                assertThat(next.token()).isGreaterThan(taken.token());
                assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
                assertThat(next.isValid()).isTrue();
                assertThat(other.inspect("job").map(LockInfo::token)).hasValue(next.token());
            }
        }
    }

    /** It was not heard when the operator looked, and its counter is larger than the raised token would be. */
    @Test
    void aMasterThatVotedLate_isTakenAwayWithTheOthers() {
        has(0, "owner.1 web-1", 100);
        has(1, "owner.1 web-1", 100);
        has(2, "owner.1 web-1", 301);
        FencingToken seen = new FencingToken("job", 100);
        LockInfo taken = client.lock("job").revoke(seen, "a test").orElseThrow();
        assertThat(taken.token().value()).isGreaterThan(301);
        for (int i = 0; i < 3; i++) {
            String value = masters.on(i, redis -> redis.get(LOCK));
            assertThat(value).isEqualTo("!owner.1 web-1");
        }
    }

    @Test
    void aTaking_changesNothingThatIsNotTheHolders_andKnowsItselfWhenItIsSentAgain() {
        try (TestMaster one = TestMaster.start()) {
            MasterHolders master = new MasterHolders(one.node("operator"), RedisOptions.DEFAULTS);
            one.redis().set(LOCK, "owner.1 web-1");
            one.redis().set(COUNTER, "100");
            long owner = join(master.inspect("job")).orElseThrow().owner();
            assertThat(join(master.takeAway("job", owner, 99, false))).isEqualTo(Taking.HAS_A_LARGER_TOKEN);
            assertThat(join(master.takeAway("job", owner + 1, 150, true))).isEqualTo(Taking.NOT_THE_HOLDERS);
            assertThat(one.redis().get(LOCK)).isEqualTo("owner.1 web-1");
            assertThat(one.redis().get(COUNTER)).isEqualTo("100");
            assertThat(join(master.takeAway("job", owner, 200, false))).isEqualTo(Taking.DONE);
            assertThat(join(master.takeAway("job", owner, 200, false))).isEqualTo(Taking.DONE);
            assertThat(one.redis().get(LOCK)).isEqualTo("!owner.1 web-1");
            assertThat(join(master.inspect("job")).orElseThrow().owner()).isEqualTo(owner);
            assertThat(join(master.takeAway("job", owner, 180, false)))
                    .as("another has taken it away")
                    .isEqualTo(Taking.NOT_THE_HOLDERS);
            assertThat(join(master.takeAway("job", owner, 300, true))).isEqualTo(Taking.DONE);
            assertThat(one.redis().get(COUNTER)).isEqualTo("300");
            assertThat(one.redis().exists(LOCK)).isZero();
            one.redis().set(LOCK, "two.1 web-2");
            assertThat(join(master.takeAway("job", owner, 300, true))).isEqualTo(Taking.NOT_THE_HOLDERS);
            assertThat(one.redis().get(LOCK)).isEqualTo("two.1 web-2");
        }
    }

    @Test
    void whatASecondSendingFinds_isNeverTakenForNothingDone() {
        assertThat(MasterHolders.taking(2, true)).isEqualTo(Taking.DONE);
        assertThat(MasterHolders.taking(3, true)).isEqualTo(Taking.DONE);
        assertThat(MasterHolders.taking(1, true)).isEqualTo(Taking.UNKNOWN);
        assertThat(MasterHolders.taking(0, true)).isEqualTo(Taking.UNKNOWN);
        assertThat(MasterHolders.taking(3, false)).isEqualTo(Taking.NOT_THE_HOLDERS);
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }
}
