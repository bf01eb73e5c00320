package dev.pawl.lock.benchmarks;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.redlock.RedlockBackend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Five masters of their own for Redlock, and a client of them that is as that of the one master which it is measured against. */
final class FiveMasters implements AutoCloseable {

    private static final int COUNT = 5;

    private final List<Redis> masters = new ArrayList<>();
    private final String processId;
    private boolean hung;

    private FiveMasters() {
        for (int i = 0; i < COUNT; i++) {
            masters.add(Redis.open(null));
        }
        // While it still answers.
        processId = masters.get(0).processId();
    }

    static FiveMasters start() {
        return new FiveMasters();
    }

    LockClient locks() {
        return LockClient.using(
                RedlockBackend.create(masters.stream().map(Redis::client).toList()), LockOptions.defaults());
    }

    /** Stops one of them from answering, until all are closed. */
    void hangOne() throws IOException {
        hung = true;
        signal("-STOP");
    }

    private void signal(String signal) throws IOException {
        int failed = new ProcessBuilder("kill", signal, processId)
                .start()
                .onExit()
                .join()
                .exitValue();
        if (failed != 0) {
            throw new IOException("kill " + signal + " of a redis-server failed");
        }
    }

    @Override
    public void close() throws IOException {
        if (hung) {
            signal("-CONT");
        }
        masters.forEach(Redis::close);
    }
}
