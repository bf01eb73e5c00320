package dev.pawl.lock.spring.boot;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Asks the lock service, for the health of the application: whether it answers, which is all that "up" means. */
final class LockProbe {

    /** That another instance has it, since it asks at the same moment, is an answer, too. */
    static final String NAME = "pawl-health";

    private final LockService service;

    LockProbe(LockService service) {
        this.service = service;
    }

    /**
     * One attempt at a lock of its own, and its release.
     *
     * @return the details
     * @throws dev.pawl.lock.LockException if the service does not answer
     */
    Map<String, Object> ask() {
        LockClient locks = service.client();
        long startNanos = System.nanoTime();
        Optional<Lease> lease = locks.lock(NAME).tryAcquire();
        long answeredNanos = System.nanoTime();
        lease.ifPresent(Lease::close);
        Guarantees guarantees = locks.guarantees();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("backend", service.backend());
        details.put("answeredInMillis", (answeredNanos - startNanos) / 1_000_000);
        details.put("crashRelease", guarantees.crashRelease().name());
        details.put("order", guarantees.order().name());
        details.put("wakeUp", guarantees.wakeUp().name());
        details.put("tokenDurability", guarantees.tokenDurability().name());
        return details;
    }
}
