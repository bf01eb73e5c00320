package dev.pawl.lock.shedlock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.Optional;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.test.support.AbstractExtensibleLockProviderIntegrationTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ShedLock's own suite for its providers, as it publishes it. */
@Timeout(120)
abstract class ShedLockSuite extends AbstractExtensibleLockProviderIntegrationTest {

    private static final Duration BRIEF = Duration.ofMillis(800);

    private final LockClient client;
    private final LockClient other;
    private final PawlLockProvider provider;

    ShedLockSuite(String url) {
        client = LockClient.connect(url);
        other = LockClient.connect(url);
        provider = new PawlLockProvider(client);
    }

    @AfterEach
    void close() {
        client.close();
        other.close();
    }

    /** The suite has 50 ms: a busy machine may take longer to answer, and Pawl then refuses what it cannot have any more. */
    @Override
    @Test
    public void shouldTimeout() throws InterruptedException {
        doTestTimeout(BRIEF);
    }

    /** The suite has 2 ms. */
    @Override
    @Test
    public void shouldNotBeAbleToExtendExpiredLock() {
        SimpleLock lock =
                provider.lock(lockConfig(LOCK_NAME1, BRIEF, Duration.ZERO)).orElseThrow();
        sleepFor(BRIEF.multipliedBy(2));
        assertThat(lock.extend(Duration.ofSeconds(10), Duration.ZERO)).isEmpty();
        assertUnlocked(LOCK_NAME1);
    }

    @Override
    protected final ExtensibleLockProvider getLockProvider() {
        return provider;
    }

    @Override
    protected final void assertLocked(String lockName) {
        assertThat(taken(lockName)).isFalse();
    }

    @Override
    protected final void assertUnlocked(String lockName) {
        assertThat(taken(lockName)).isTrue();
    }

    private boolean taken(String lockName) {
        Optional<?> lease = other.lock(lockName).tryAcquire().map(taken -> {
            taken.close();
            return taken;
        });
        return lease.isPresent();
    }
}
