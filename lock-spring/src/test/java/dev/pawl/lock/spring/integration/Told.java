package dev.pawl.lock.spring.integration;

import dev.pawl.lock.testkit.Bench;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.event.LeaderEventPublisher;

/** Keeps the events, in their order. */
final class Told implements LeaderEventPublisher {

    private final List<String> all = new CopyOnWriteArrayList<>();
    private final List<Context> contexts = new CopyOnWriteArrayList<>();
    private volatile boolean fails;

    /** Whether it throws from now on. */
    void fails(boolean throwing) {
        fails = throwing;
    }

    void add(String what) {
        all.add(what);
    }

    List<String> all() {
        return List.copyOf(all);
    }

    Context context(int number) {
        return contexts.get(number);
    }

    void await(String... expected) {
        Bench.await("told " + List.of(expected)).until(() -> all().equals(List.of(expected)));
    }

    void awaitBeginning(String... expected) {
        Bench.await("told first " + List.of(expected))
                .until(() -> all().size() >= expected.length
                        && all().subList(0, expected.length).equals(List.of(expected)));
    }

    private void told(String what, Context context) {
        contexts.add(context);
        all.add(what);
        if (fails) {
            throw new IllegalStateException("a test's");
        }
    }

    @Override
    public void publishOnGranted(Object source, Context context, String role) {
        told("granted", context);
    }

    @Override
    public void publishOnRevoked(Object source, Context context, String role) {
        told("revoked", context);
    }

    @Override
    public void publishOnFailedToAcquire(Object source, Context context, String role) {
        told("failed", context);
    }
}
