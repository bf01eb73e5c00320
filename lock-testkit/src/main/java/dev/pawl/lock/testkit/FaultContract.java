package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockBackendException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;

/**
 * Promise 5, and the rows "backend unreachable or refusing" and "reply lost after the request was sent": a fault is an
 * exception, never an empty result, and what is in doubt is resolved or undone.
 */
public interface FaultContract extends ContractCase {

    @Test
    default void aPausedService_isAFaultInEveryForm() {
        Bench.hold(bench().client(), bench().name()).close();
        bench().pauseService();
        assertEveryFormFails();
    }

    @Test
    default void aDeadService_isAFaultInEveryForm() {
        Bench.hold(bench().client(), bench().name()).close();
        bench().killService();
        assertEveryFormFails();
    }

    @Test
    default void ping_tellsWhetherTheServiceIsThere_andTakesNothing() {
        LockClient client = bench().client();
        assertThat(client.ping()).isPositive();
        Bench.hold(client, bench().name()).close();
        bench().pauseService();
        assertPingFails(client);
        bench().resumeService();
        Bench.await("the service answers")
                .ignoreException(LockBackendException.class)
                .until(() -> client.ping().compareTo(Duration.ZERO) > 0);
        bench().killService();
        assertPingFails(client);
        client.close();
        assertThat(catchThrowable(client::ping)).isInstanceOf(LockClientClosedException.class);
    }

    private void assertPingFails(LockClient client) {
        long start = System.nanoTime();
        Throwable failure = catchThrowable(client::ping);
        assertThat(failure).isInstanceOf(LockBackendException.class).hasCauseInstanceOf(Throwable.class);
        assertThat(((LockBackendException) failure).lockName()).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(bench().ioBound());
        secret().ifPresent(
                        secret -> assertThat(Throwables.getStackTrace(failure)).doesNotContain(secret));
    }

    @Test
    @Proves(Part.ENGINE)
    default void ping_isNotEndedByAnInterrupt_andKeepsIt() {
        LockClient client = bench().client();
        bench().start(() -> {
                    Thread.currentThread().interrupt();
                    assertThat(client.ping()).isPositive();
                    assertThat(Thread.interrupted()).isTrue();
                    return true;
                })
                .get();
    }

    private void assertEveryFormFails() {
        Duration timeout = Duration.ofMillis(200);
        Map<String, Form> forms = new LinkedHashMap<>();
        forms.put("tryAcquire()", DistributedLock::tryAcquire);
        forms.put("tryAcquire(timeout)", lock -> lock.tryAcquire(timeout));
        forms.put("acquire(timeout)", lock -> lock.acquire(timeout));
        forms.put("acquire()", DistributedLock::acquire);
        forms.put("acquireAsync()", lock -> throwing(lock.acquireAsync()));
        forms.put("acquireAsync(timeout)", lock -> throwing(lock.acquireAsync(timeout)));
        forms.put("asLock().lock()", lock -> lock.asLock().lock());
        forms.put("asLock().tryLock()", lock -> lock.asLock().tryLock());
        forms.put(
                "lockAll()",
                lock -> bench().client().lockAll(List.of(lock.name())).tryAcquire());
        List<Job<Void>> jobs = forms.entrySet().stream()
                .map(form -> bench().start(() -> assertFails(form.getKey(), form.getValue(), timeout)))
                .toList();
        jobs.forEach(Job::get);
    }

    /** A way to ask for a lock. */
    @FunctionalInterface
    interface Form {
        /** Asks. */
        void ask(DistributedLock lock) throws Throwable;
    }

    private static void throwing(CompletableFuture<Lease> request) throws Throwable {
        throw Bench.failure(request);
    }

    @SuppressWarnings("NullAway") // Void has no other value.
    private Void assertFails(String name, Form form, Duration timeout) {
        DistributedLock lock = bench().client().lock(name + " of " + bench().name());
        long start = System.nanoTime();
        assertFault(name, lock.name(), catchThrowable(() -> form.ask(lock)));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as(name)
                .isLessThan(timeout.plus(bench().ioBound().multipliedBy(2)));
        return null;
    }

    private void assertFault(String form, String name, Throwable failure) {
        assertThat(failure).as(form).isInstanceOf(LockBackendException.class);
        LockBackendException fault = (LockBackendException) failure;
        assertThat(fault.lockName()).as(form).contains(name);
        assertThat(fault.elapsed()).as(form).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(fault).as(form).hasMessageContaining(name).hasCauseInstanceOf(Throwable.class);
        secret().ifPresent(secret ->
                assertThat(Throwables.getStackTrace(fault)).as(form).doesNotContain(secret));
    }

    private Optional<String> secret() {
        return bench().fixture()
                .url()
                .map(url -> URI.create(url).getUserInfo())
                .map(userInfo -> userInfo.substring(userInfo.indexOf(':') + 1))
                .filter(secret -> !secret.isEmpty());
    }

    @Test
    default void whenThePausedServiceIsBack_theSameClientWorks() {
        String name = bench().name();
        bench().client();
        bench().pauseService();
        assertThat(catchThrowable(() -> bench().client().lock(name).tryAcquire()))
                .isInstanceOf(LockBackendException.class);
        bench().resumeService();
        assertWorksAgain(name);
    }

    @Test
    default void whenTheDeadServiceIsBack_theSameClientWorks() {
        String name = bench().name();
        Bench.hold(bench().client(), name).close();
        bench().killService();
        assertThat(catchThrowable(() -> bench().client().lock(name).tryAcquire()))
                .isInstanceOf(LockBackendException.class);
        bench().startService(true);
        assertWorksAgain(name);
    }

    private void assertWorksAgain(String name) {
        Bench.await("the client works again")
                .atMost(Duration.ofSeconds(15))
                .ignoreException(LockBackendException.class)
                .until(() -> Races.isFree(bench().client().lock(name)));
        bench().assertNothingLeft(name);
    }

    @Test
    default void aReplyThatComesLate_isTheGrantOfItsRequest() {
        String name = bench().name();
        Bench.hold(bench().client(), name).close();
        bench().pauseService();
        Job<Lease> request = bench().start(() ->
                bench().client().lock(name).acquire(bench().fixture().ioLimit()));
        request.awaitWaiting();
        bench().resumeService();
        try (Lease lease = request.get()) {
            assertThat(lease.isValid()).isTrue();
            assertThat(bench().newClient().lock(name).tryAcquire()).isEmpty();
        }
        bench().assertNothingLeft(name);
    }

    @Test
    default void aReplyThatNeverComes_isResolvedOrUndone() {
        LockClient client = bench().client();
        List<String> names = List.of(bench().name(), bench().name(), bench().name());
        Bench.hold(client, bench().name()).close();
        bench().pauseService();
        List<CompletableFuture<Lease>> requests = names.stream()
                .map(name -> client.lock(name).acquireAsync(Duration.ofSeconds(10)))
                .toList();
        bench().killService();
        bench().startService(true);
        for (int i = 0; i < names.size(); i++) {
            resolve(requests.get(i)).ifPresent(Lease::close);
            bench().assertNothingLeft(names.get(i), bench().ioBound().multipliedBy(2));
        }
    }

    /** A lease or a fault; anything else, such as a time-out, blames another holder and fails the case. */
    private static Optional<Lease> resolve(CompletableFuture<Lease> request) {
        return Bench.get(request.handle((lease, failure) -> {
            if (failure != null) {
                assertThat(Bench.unwrapped(failure)).isInstanceOf(LockBackendException.class);
            }
            return Optional.ofNullable(lease);
        }));
    }

    @Test
    default void aWaiterDuringAFault_isServedOrToldOfIt() {
        String name = bench().name();
        Lease holder = Bench.hold(bench().client(), name);
        CompletableFuture<Lease> waiter = bench().newClient().lock(name).acquireAsync(Duration.ofSeconds(30));
        bench().killService();
        bench().startService(true);
        Bench.await("the holder can release")
                .ignoreException(LockBackendException.class)
                .until(() -> {
                    holder.close();
                    return true;
                });
        resolve(waiter).ifPresent(Lease::close);
        bench().assertNothingLeft(name, bench().ioBound().multipliedBy(2));
    }
}
