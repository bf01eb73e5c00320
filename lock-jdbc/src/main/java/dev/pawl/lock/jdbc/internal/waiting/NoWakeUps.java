package dev.pawl.lock.jdbc.internal.waiting;

import dev.pawl.lock.jdbc.internal.dialect.Holder;
import dev.pawl.lock.jdbc.internal.dialect.WakeUps;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Hears nothing. */
public final class NoWakeUps implements WakeUps {

    private final Function<Set<String>, Map<String, Holder>> look;

    public NoWakeUps(Function<Set<String>, Map<String, Holder>> look) {
        this.look = look;
    }

    @Override
    public void listen(long until, Sleepers sleepers) {
        LockSupport.parkNanos(this, until - System.nanoTime());
    }

    @Override
    public Map<String, Holder> look(Set<String> keys) {
        return look.apply(keys);
    }

    @Override
    public boolean hears() {
        return false;
    }

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public void interrupt(Thread listener) {
        LockSupport.unpark(listener);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
