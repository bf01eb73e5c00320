package dev.pawl.lock.examples;

import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * The shop that all runs with one URL share on this machine. Its books are protected by the distributed lock and by nothing
 * else: if the lock fails, they are wrong.
 *
 * <p>A file lock that all runs share tells only whether others are there, so that the first to come finds an empty shop and
 * the last to go leaves nothing behind, whoever was killed in between.
 */
final class Arena implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final DistributedLock lock;
    private final Path directory;
    private final FileChannel presence;
    private final long soldBefore;
    private final long firstReceipt;

    private Arena(DistributedLock lock, Path directory, FileChannel presence, long soldBefore, long firstReceipt) {
        this.lock = lock;
        this.directory = directory;
        this.presence = presence;
        this.soldBefore = soldBefore;
        this.firstReceipt = firstReceipt;
    }

    /** One place for each user and URL, whatever the credentials in it. */
    static Path directoryFor(Path parent, String user, String url) {
        return parent.resolve("pawl-demo-" + hash(user + " " + Secrets.mask(url)));
    }

    /** Sixteen digits that stand for a text. */
    static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format("%064x", new BigInteger(1, hash)).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Comes in and puts pieces into stock. */
    static Arena enter(LockClient locks, Path directory, long pieces) throws IOException, InterruptedException {
        DistributedLock lock = locks.lock(Worker.INVENTORY, Worker.SALE);
        try (Lease lease = lock.acquire(PATIENCE);
                Shop shop = Shop.open(directory)) {
            FileChannel presence = FileChannel.open(
                    directory.resolve("presence"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (isAlone(presence)) {
                shop.reset();
            }
            lockShared(presence);
            Shop.Books seen = shop.books();
            lease.ensureValid();
            long token = lease.token().value();
            shop.write(new Shop.Books(seen.delivered() + pieces, seen.sold(), token));
            return new Arena(lock, directory, presence, seen.sold(), shop.receiptsEnd());
        }
    }

    Path directory() {
        return directory;
    }

    /**
     * What was found when this run left.
     *
     * @param tally what was sold since it came
     * @param stock what there was to sell since it came
     * @param left what is left
     */
    record Account(Tally tally, long stock, long left) {}

    /** Counts what was sold since {@link #enter}, and goes. */
    Account leave(String run) throws IOException, InterruptedException {
        try (Lease lease = lock.acquire(PATIENCE)) {
            Account account;
            try (Shop shop = Shop.open(directory)) {
                Shop.Books seen = shop.books();
                Tally tally = Tally.of(shop.receiptsFrom(firstReceipt), run);
                account = new Account(tally, seen.delivered() - soldBefore, seen.left());
            }
            presence.close();
            lease.ensureValid();
            removeIfEmpty();
            return account;
        }
    }

    private void removeIfEmpty() throws IOException {
        boolean alone;
        try (FileChannel channel = FileChannel.open(directory.resolve("presence"), StandardOpenOption.WRITE)) {
            alone = isAlone(channel);
        }
        if (alone) {
            Scratch.delete(directory);
        }
    }

    private static boolean isAlone(FileChannel presence) throws IOException {
        try (FileLock exclusive = presence.tryLock()) {
            return exclusive != null;
        }
    }

    /** Kept until the channel is closed, or the process ends. */
    private static void lockShared(FileChannel presence) throws IOException {
        FileLock kept = presence.lock(0, Long.MAX_VALUE, true);
        if (!kept.isValid()) {
            throw new IOException("the shop closed while this run came in");
        }
    }

    @Override
    public void close() throws IOException {
        presence.close();
    }
}
