package dev.pawl.lock.internal;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** The patience of a test: what does not happen within it does not happen. */
final class Soon {

    static final Duration SOON = Duration.ofSeconds(3);

    private Soon() {}

    static ConditionFactory await() {
        return Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(5));
    }
}
