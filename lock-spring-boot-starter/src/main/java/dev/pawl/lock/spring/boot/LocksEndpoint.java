package dev.pawl.lock.spring.boot;

import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.spi.LockNames;
import dev.pawl.lock.spring.boot.LockDescriptors.HeldLockDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.LockDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.LocksDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.RefusedDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.ReleaseDescriptor;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * {@code /actuator/locks}: what this instance holds, who holds a name, and taking a lock away. Names of locks may have a slash in them, so
 * a name is a parameter and no part of the path.
 *
 * <p>An optional parameter has two annotations: Spring Boot 3 looks for Spring's, Spring Boot 4 for that of JSpecify.
 */
@Endpoint(id = "locks", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({
    LocksDescriptor.class,
    LockDescriptor.class,
    ReleaseDescriptor.class,
    RefusedDescriptor.class
})
public final class LocksEndpoint {

    private static final int CONFLICT = 409;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int LONGEST_REASON = 1_000;

    private final LockService service;

    LocksEndpoint(LockService service) {
        this.service = service;
    }

    /**
     * What this instance holds now, without I/O; or who holds a name, as the service knows it.
     *
     * @param name the lock that is asked for, or null for what this instance holds
     * @return {@link LocksDescriptor}, or {@link LockDescriptor}
     */
    @ReadOperation
    public WebEndpointResponse<Object> locks(@org.springframework.lang.Nullable @Nullable String name) {
        if (name == null) {
            return new WebEndpointResponse<>(held());
        }
        return answered(() -> {
            LockNames.check(name);
            return () -> new WebEndpointResponse<>(seen(name, client().inspect(name)));
        });
    }

    /**
     * Takes a lock away from the holder that was seen.
     *
     * @param name the lock
     * @param token of the holder, as it was seen
     * @param reason why, for the log
     * @param now true to free it at once, after which two may have it
     * @return {@link ReleaseDescriptor}; with status 409 if nobody has the lock, or somebody with another token
     */
    @DeleteOperation
    public WebEndpointResponse<Object> release(
            String name, long token, String reason, @org.springframework.lang.Nullable @Nullable Boolean now) {
        return answered(() -> {
            FencingToken seen = new FencingToken(name, token);
            checkReason(reason);
            return () -> take(seen, reason, Boolean.TRUE.equals(now));
        });
    }

    private LocksDescriptor held() {
        return new LocksDescriptor(
                service.backend(),
                client().guarantees().summary(),
                client().held().stream().map(HeldLockDescriptor::of).toList());
    }

    private WebEndpointResponse<Object> take(FencingToken seen, String reason, boolean atOnce) {
        DistributedLock lock = client().lock(seen.lock());
        Optional<LockInfo> taken = atOnce ? lock.forceRelease(seen, reason) : lock.revoke(seen, reason);
        if (taken.isPresent()) {
            return new WebEndpointResponse<>(
                    new ReleaseDescriptor(true, atOnce, LockDescriptor.of(taken.get(), !atOnce)));
        }
        LockDescriptor now =
                client().guarantees().supports(Capability.INSPECT) ? seen(lock.name(), lock.inspect()) : null;
        return new WebEndpointResponse<>(new ReleaseDescriptor(false, atOnce, now), CONFLICT);
    }

    private static LockDescriptor seen(String name, Optional<LockInfo> info) {
        return info.map(found -> LockDescriptor.of(found, true)).orElseGet(() -> LockDescriptor.free(name));
    }

    /** It is one line of a log. */
    private static void checkReason(String reason) {
        boolean line = reason.chars().noneMatch(Character::isISOControl);
        if (reason.isBlank() || reason.length() > LONGEST_REASON || !line) {
            throw new IllegalArgumentException(
                    "reason: 1 to " + LONGEST_REASON + " characters are needed, without line breaks");
        }
    }

    /** First the request is read, then the service is asked: what the second throws is not the fault of whoever asks. */
    private static WebEndpointResponse<Object> answered(Supplier<Supplier<WebEndpointResponse<Object>>> request) {
        Supplier<WebEndpointResponse<Object>> question;
        try {
            question = request.get();
        } catch (IllegalArgumentException e) {
            return refused(WebEndpointResponse.STATUS_BAD_REQUEST, e);
        }
        try {
            return question.get();
        } catch (LockConfigException e) {
            return refused(NOT_IMPLEMENTED, e);
        } catch (LockException e) {
            return refused(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE, e);
        }
    }

    private static WebEndpointResponse<Object> refused(int status, RuntimeException why) {
        return new WebEndpointResponse<>(new RefusedDescriptor(String.valueOf(why.getMessage())), status);
    }

    private LockClient client() {
        return service.client();
    }
}
