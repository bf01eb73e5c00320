package dev.pawl.lock.testkit;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Virtual threads from code that is compiled for Java 17. */
final class VirtualThreads {

    private VirtualThreads() {}

    /** An executor that starts a virtual thread for each task, or empty before JDK 21. */
    static Optional<Executor> perTask() {
        try {
            return Optional.of((Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("virtual threads cannot be started", e);
        }
    }
}
