package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Books that are kept at the lock service itself, for the last act: each entry can be written with a guard before it, or without.
 * What a run has written goes with {@link #remove}.
 */
interface Ledger extends AutoCloseable {

    /** The guard that the service's module brings, by its class. */
    String guard();

    String read(String entry) throws IOException;

    /** Writes what it is told. */
    void write(String entry, String text) throws IOException;

    /**
     * Writes through the guard.
     *
     * @throws dev.pawl.lock.StaleTokenException if a newer token wrote before
     */
    void write(FencingToken token, String entry, String text) throws IOException;

    /** Removes an entry, and what the guard remembers of it where nobody else needs that. */
    void remove(String entry) throws IOException;

    @Override
    void close() throws IOException;

    /** The books at a service. */
    static Ledger at(String url) throws IOException {
        String scheme = url.substring(0, Math.max(0, url.indexOf(':')));
        return switch (scheme) {
            case "memory" -> new MemoryLedger();
            case "jdbc" -> new JdbcLedger(url);
            case "zookeeper" -> new ZooKeeperLedger(url);
            case "redlock" -> RedisLedger.atFirstOf(url);
            default -> {
                if (!scheme.startsWith("redis")) {
                    throw new IOException("the demo has no guarded books for " + scheme + ":");
                }
                yield new RedisLedger(url);
            }
        };
    }

    /** What a shop's entry is called, wherever it stands: of letters and digits. */
    static String entryOf(Path shop) {
        return Arena.hash(shop.toAbsolutePath().toString());
    }
}
