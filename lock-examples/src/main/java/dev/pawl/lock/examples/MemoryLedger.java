package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.fencing.InMemoryFencingGuard;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Books in this JVM, which all its workers share. */
final class MemoryLedger implements Ledger {

    private static final InMemoryFencingGuard guard = InMemoryFencingGuard.create();
    private static final ConcurrentMap<String, String> entries = new ConcurrentHashMap<>();

    @Override
    public String guard() {
        return InMemoryFencingGuard.class.getSimpleName();
    }

    @Override
    public String read(String entry) throws IOException {
        String text = entries.get(entry);
        if (text == null) {
            throw new IOException("no entry " + entry + " in the books");
        }
        return text;
    }

    @Override
    public void write(String entry, String text) {
        entries.put(entry, text);
    }

    @Override
    public void write(FencingToken token, String entry, String text) {
        guard.run(token, () -> entries.put(entry, text));
    }

    @Override
    public void remove(String entry) {
        entries.remove(entry);
        // A service in memory begins anew with the next run.
        guard.reset(Worker.COUPON, 0);
    }

    @Override
    public void close() {}
}
