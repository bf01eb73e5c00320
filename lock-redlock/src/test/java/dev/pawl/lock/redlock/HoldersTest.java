package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.IndependentRedis;
import dev.pawl.lock.testservers.RedisServers;
import io.lettuce.core.SetArgs;
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
}
