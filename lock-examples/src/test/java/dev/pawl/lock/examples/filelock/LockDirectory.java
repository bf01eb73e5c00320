package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.spi.Attempt;
import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.Grant;
import dev.pawl.lock.spi.LockNames;
import dev.pawl.lock.spi.ReleaseOutcome;
import dev.pawl.lock.spi.RenewalOutcome;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The service: a directory on one machine, with a file for each lock that is held. Whoever has its {@link Turn} is the only one, of all
 * processes, that reads or writes there; every other method wants that turn.
 *
 * <p>A method that is not final is one that {@link Mistake} gets wrong.
 */
class LockDirectory {

    /** The file by whose lock processes take turns. */
    static final String GUARD = "guard";

    /** The operating system gives a file lock to a whole JVM, so its threads line up before that. */
    private static final Map<Path, Semaphore> LINES = new ConcurrentHashMap<>();

    private final Path path;
    private final Path lastToken;
    private final Semaphore line;

    LockDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
        lastToken = this.path.resolve("last-token");
        line = LINES.computeIfAbsent(this.path, any -> new Semaphore(1, true));
    }

    /** What a file says. The end is on the monotonic clock, which the processes of one machine share until it starts anew. */
    record Hold(String owner, long firstToken, int tokens, long until) {}

    private record FileGrant(Contest contest, long firstToken, int tokens) implements Grant {}

    /** Waits for the directory, and has it until it is closed. */
    final class Turn implements Closeable {

        private final FileChannel guard;

        Turn() throws IOException {
            line.acquireUninterruptibly();
            FileChannel opened = null;
            try {
                opened = FileChannel.open(path.resolve(GUARD), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                opened.lock();
            } catch (IOException e) {
                if (opened != null) {
                    opened.close();
                }
                line.release();
                throw e;
            }
            guard = opened;
        }

        @Override
        public void close() throws IOException {
            try {
                guard.close();
            } finally {
                line.release();
            }
        }
    }

    final Path path() {
        return path;
    }

    /** Any name is a file: its hash has no letter that a file system could take for another. */
    Path file(String name) {
        return path.resolve(LockNames.sha256(name));
    }

    Attempt attempt(Contest contest, int tokens) throws IOException {
        Optional<Hold> found = hold(contest.name());
        if (found.isPresent() && !found.get().owner().equals(contest.owner())) {
            return Attempt.Busy.until(Duration.ofNanos(Math.max(1, found.get().until() - System.nanoTime())));
        }
        // A repeated attempt finds its own hold, and gets the same tokens again.
        Hold hold = found.isPresent()
                ? found.get()
                : new Hold(contest.owner(), takeTokens(tokens), tokens, System.nanoTime());
        keep(contest, hold);
        return new Attempt.Granted(new FileGrant(contest, hold.firstToken(), hold.tokens()));
    }

    RenewalOutcome renew(Grant grant) throws IOException {
        Contest contest = grant.contest();
        Optional<Hold> hold = hold(contest.name());
        if (hold.isEmpty()) {
            return RenewalOutcome.NOT_HELD;
        }
        if (!hold.get().owner().equals(contest.owner())) {
            return RenewalOutcome.TAKEN;
        }
        keep(contest, hold.get());
        return RenewalOutcome.RENEWED;
    }

    ReleaseOutcome release(Contest contest) throws IOException {
        boolean ours = hold(contest.name())
                .filter(hold -> hold.owner().equals(contest.owner()))
                .isPresent();
        if (!ours) {
            return ReleaseOutcome.NOT_HELD;
        }
        Files.delete(file(contest.name()));
        return ReleaseOutcome.RELEASED;
    }

    /** Whatever of an attempt is here. */
    void undo(Contest contest) throws IOException {
        release(contest);
    }

    /** Who has a name now. A hold whose time is over is none; the next attempt writes over it. */
    final Optional<Hold> hold(String name) throws IOException {
        return read(file(name))
                .map(line -> line.split(" "))
                .map(words -> new Hold(
                        words[0], Long.parseLong(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3])))
                .filter(hold -> !isOver(hold));
    }

    boolean isOver(Hold hold) {
        return hold.until() - System.nanoTime() <= 0;
    }

    /** For a lease time from now. */
    final void keep(Contest contest, Hold hold) throws IOException {
        long until = System.nanoTime() + contest.leaseTime().toNanos();
        write(file(contest.name()), hold.owner() + " " + hold.firstToken() + " " + hold.tokens() + " " + until);
    }

    /** A block of tokens above all before: even above those of a directory that was lost, while the clock is right. */
    long takeTokens(int count) throws IOException {
        long clock = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        long first = Math.max(clock, tokensBefore() + 1);
        tookTokens(first + count - 1);
        return first;
    }

    final void tookTokens(long last) throws IOException {
        write(lastToken, Long.toString(last));
    }

    final long tokensBefore() throws IOException {
        return read(lastToken).map(Long::parseLong).orElse(0L);
    }

    /** The first line; a process that was killed before it wrote one has left an empty file. */
    private static Optional<String> read(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file).lines().findFirst() : Optional.empty();
    }

    /** In one write over what was there, whose rest may stand behind the line. */
    final void write(Path file, String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
