package dev.pawl.lock.spring.boot;

import dev.pawl.lock.Guarantees;
import java.util.List;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/locks}: what this instance holds. */
@Endpoint(id = "locks", defaultAccess = Access.READ_ONLY)
public final class LocksEndpoint {

    private final LockService service;
    private final HeldLocks held;

    LocksEndpoint(LockService service, HeldLocks held) {
        this.service = service;
        this.held = held;
    }

    /**
     * What this instance holds now. No I/O.
     *
     * @return the backend, what it promises, and the locks in the order of their names
     */
    @ReadOperation
    public LocksDescriptor locks() {
        Guarantees guarantees = service.client().guarantees();
        return new LocksDescriptor(
                service.backend(),
                guarantees.summary(),
                held.now().stream()
                        .map(each -> new HeldLockDescriptor(
                                each.name(),
                                Long.toString(each.token()),
                                each.held().toMillis()))
                        .toList());
    }

    /**
     * The answer.
     *
     * @param backend what the locks are kept in
     * @param guarantees one sentence
     * @param held the locks of this instance
     */
    public record LocksDescriptor(String backend, String guarantees, List<HeldLockDescriptor> held) {}

    /**
     * A lock.
     *
     * @param name its name
     * @param token its fencing token, as text, since JavaScript's numbers would round it
     * @param heldMillis for how long it has been held
     */
    public record HeldLockDescriptor(String name, String token, long heldMillis) {}
}
