package dev.pawl.lock.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the process is told by signals: before there is a child they end the wait, afterwards they go to the child. A signal that the
 * process was started to ignore, as by {@code nohup}, stays ignored.
 *
 * <p>Java has no supported way to hear of a signal and to live on; {@code sun.misc.Signal} is there in every JDK, and is reached by
 * reflection because javac warns of each mention.
 */
final class Signals {

    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private final ReentrantLock lock = new ReentrantLock();
    private final Thread waiter;
    private @Nullable String first;
    private @Nullable Child child;

    private Signals(Thread waiter) {
        this.waiter = waiter;
    }

    /** From now on no signal ends the JVM. The calling thread is interrupted by the first that comes before the child. */
    static Signals taken() {
        Signals signals = new Signals(Thread.currentThread());
        NUMBERS.keySet().forEach(signals::take);
        return signals;
    }

    private void take(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handling = (proxy, method, args) -> switch (method.getName()) {
                case "handle" -> {
                    received(name);
                    yield null;
                }
                case "equals" -> proxy == args[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "handler of SIG" + name;
            };
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handling));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + name + " cannot be taken from this JVM", e);
        }
    }

    private void received(String name) {
        lock.lock();
        try {
            if (first == null) {
                first = name;
            }
            if (child == null) {
                waiter.interrupt();
            } else {
                forward(name, child);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What comes from now on, and what has come since the process last looked, goes to the child. */
    void leadTo(Child running) {
        lock.lock();
        try {
            child = running;
            if (first != null) {
                running.signal(first);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A terminal sends Ctrl-C to all processes that are in its foreground, so the child has it already; many programs end at once by a second. */
    private static void forward(String name, Child child) {
        if (!name.equals("INT") || !Terminal.isInForeground()) {
            child.signal(name);
        }
    }

    /** The exit code for the first signal that came; zero if none did. */
    int exitCode() {
        lock.lock();
        try {
            return first == null ? 0 : ExitCode.SIGNALLED + NUMBERS.getOrDefault(first, 0);
        } finally {
            lock.unlock();
        }
    }
}
