package dev.pawl.lock.spring.boot;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Asks the lock service, for the health of the application: whether it answers and takes writes, which is all that "up" means. */
final class LockProbe {

    private final LockService service;

    LockProbe(LockService service) {
        this.service = service;
    }

    /**
     * One exchange, which takes no lock.
     *
     * @return the details
     * @throws dev.pawl.lock.LockException if the service does not answer, or refuses to write
     */
    Map<String, Object> ask() {
        LockClient locks = service.client();
        Duration answered = locks.ping();
        Guarantees guarantees = locks.guarantees();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("backend", service.backend());
        details.put("answeredInMillis", answered.toMillis());
        details.put("crashRelease", guarantees.crashRelease().name());
        details.put("order", guarantees.order().name());
        details.put("wakeUp", guarantees.wakeUp().name());
        details.put("tokenDurability", guarantees.tokenDurability().name());
        return details;
    }
}
