package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.spring.boot.LockDescriptors.HeldLockDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.LockDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.LocksDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.RefusedDescriptor;
import dev.pawl.lock.spring.boot.LockDescriptors.ReleaseDescriptor;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** What the endpoint answers; that Spring Boot serves it is tested on each generation, with lock services. */
class LocksEndpointTest {

    private final String url = "memory:" + UUID.randomUUID();
    private final LockClient here = LockClient.connect(url);
    private final LockClient elsewhere = LockClient.connect(url);
    private final LocksEndpoint endpoint = new LocksEndpoint(new LockService("memory", here));

    @AfterEach
    void close() {
        here.close();
        elsewhere.close();
    }

    @Test
    void withoutAName_itTellsWhatThisInstanceHolds_andNotWhatOthersHold() throws Exception {
        try (Lease ours = here.lock("report/7").acquire();
                Lease theirs = elsewhere.lock("report/8").acquire()) {
            assertThat(theirs.isValid()).isTrue();

            LocksDescriptor answer = answer(endpoint.locks(null), 200, LocksDescriptor.class);

            assertThat(answer.backend()).isEqualTo("memory");
            assertThat(answer.guarantees()).isEqualTo(here.guarantees().summary());
            assertThat(answer.held()).singleElement().satisfies(held -> {
                assertThat(held.name()).isEqualTo("report/7");
                assertThat(held.token()).isEqualTo(Long.toString(ours.token().value()));
                assertThat(held.thread()).isEqualTo(Thread.currentThread().getName());
                assertThat(held.heldMillis()).isNotNegative();
                assertThat(held.remainingMillis()).isBetween(1L, 30_000L);
                assertThat(held.waiting()).isZero();
            });
        }
        assertThat(answer(endpoint.locks(null), 200, LocksDescriptor.class).held())
                .extracting(HeldLockDescriptor::name)
                .isEmpty();
    }

    @Test
    void withAName_itTellsWhoHoldsIt_whoeverThatIs() throws Exception {
        try (Lease theirs = elsewhere.lock("report/8").acquire()) {
            LockDescriptor answer = answer(endpoint.locks("report/8"), 200, LockDescriptor.class);

            assertThat(answer.held()).isTrue();
            assertThat(answer.kind()).isEqualTo("lock");
            assertThat(answer.token()).isEqualTo(Long.toString(theirs.token().value()));
            assertThat(answer.revoked()).isFalse();
        }
        assertThat(answer(endpoint.locks("report/8"), 200, LockDescriptor.class))
                .isEqualTo(LockDescriptor.free("report/8"));
    }

    @Test
    void aLockIsRevoked_andFreedAtOnce_onlyFromTheHolderThatWasSeen() throws Exception {
        Lease theirs = elsewhere.lock("report/8").acquire();
        long token = theirs.token().value();

        ReleaseDescriptor other =
                answer(endpoint.release("report/8", token + 1, "a test", null), 409, ReleaseDescriptor.class);
        assertThat(other.released()).isFalse();
        assertThat(other.lock()).extracting(LockDescriptor::token).isEqualTo(Long.toString(token));

        ReleaseDescriptor revoked =
                answer(endpoint.release("report/8", token, "a test", false), 200, ReleaseDescriptor.class);
        assertThat(revoked.released()).isTrue();
        assertThat(revoked.atOnce()).isFalse();
        assertThat(revoked.lock()).isNotNull();
        assertThat(Long.parseLong(revoked.lock().token())).isGreaterThan(token);
        theirs.releaseAsync().exceptionally(lost -> null).join();

        Lease next = elsewhere.lock("report/8").acquire();
        ReleaseDescriptor freed = answer(
                endpoint.release("report/8", next.token().value(), "a test", true), 200, ReleaseDescriptor.class);
        assertThat(freed.atOnce()).isTrue();
        assertThat(freed.lock()).extracting(LockDescriptor::held).isEqualTo(false);
        assertThat(here.lock("report/8").tryAcquire()).isPresent();
        next.releaseAsync().exceptionally(lost -> null).join();
    }

    @Test
    void aFreeLock_isNotTakenAway() {
        assertThat(answer(endpoint.release("report/9", 1, "a test", null), 409, ReleaseDescriptor.class))
                .isEqualTo(new ReleaseDescriptor(false, false, LockDescriptor.free("report/9")));
    }

    @Test
    void aRequestThatIsWrong_isToldWhatIsWrong() {
        assertThat(refused(endpoint.locks(" "), 400)).contains("name", "blank");
        assertThat(refused(endpoint.release("", 1, "a test", null), 400)).contains("blank");
        assertThat(refused(endpoint.release("report/8", 0, "a test", null), 400))
                .contains("at least 1");
        assertThat(refused(endpoint.release("report/8", 1, " ", null), 400)).contains("reason");
        assertThat(refused(endpoint.release("report/8", 1, "a test\nand a line of its own", null), 400))
                .contains("reason", "line breaks");
        assertThat(refused(endpoint.release("report/8", 1, "x".repeat(1_001), null), 400))
                .contains("reason", "1000");
    }

    @Test
    void aServiceThatDoesNotAnswer_isTold() {
        here.close();

        assertThat(refused(endpoint.locks("report/8"), 503)).contains("closed");
        assertThat(refused(endpoint.release("report/8", 1, "a test", null), 503))
                .contains("closed");
    }

    private static String refused(WebEndpointResponse<Object> response, int status) {
        return answer(response, status, RefusedDescriptor.class).error();
    }

    private static <T> T answer(WebEndpointResponse<Object> response, int status, Class<T> type) {
        assertThat(response.getStatus()).as("%s", response.getBody()).isEqualTo(status);
        assertThat(response.getBody()).isInstanceOf(type);
        return type.cast(response.getBody());
    }
}
