package dev.pawl.lock.redlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.redis.internal.Keys;
import dev.pawl.lock.testkit.TestContest;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long a master is asked to give an attempt up. */
class InsistingTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    /** A refusal is an answer: what was asked before has been carried out, and ends with its lease. */
    @Test
    void masterThatRefuses_isNotAskedForLongerThanALease() throws InterruptedException {
        BlockingQueue<Runnable> pauses = new LinkedBlockingQueue<>();
        AtomicLong now = new AtomicLong();
        try (TestMaster server = TestMaster.start()) {
            Node node = server.node("client");
            server.redis()
                    .dispatch(
                            CommandType.ACL,
                            new StatusOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8)
                                    .add("SETUSER")
                                    .add("default")
                                    .add("-evalsha"));
            Quorum quorum = new Quorum(
                    List.of(node, node, node),
                    2,
                    now::get,
                    new QuorumClock(3, now::get),
                    (nanos, action) -> {
                        now.addAndGet(nanos);
                        pauses.add(action);
                    },
                    bound -> 0,
                    new WakeUps());
            Keys keys = Keys.of("pawl", "a");
            quorum.insist(0, QuorumAttempt.of(TestContest.of("a", "owner", LEASE), keys, 1), ReleaseKind.FOR_GOOD);
            Runnable ask = pauses.poll(2, TimeUnit.SECONDS);
            int asked = 0;
            while (ask != null && asked < 100) {
                ask.run();
                asked++;
                ask = pauses.poll(500, TimeUnit.MILLISECONDS);
            }
            assertThat(asked).isBetween(10, 50);
        }
    }
}
