package dev.pawl.lock.cli;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.Capability;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.DistributedReadWriteLock;
import dev.pawl.lock.DistributedSemaphore;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command wants to run under: a lock, permits of a semaphore, or one side of a reader-writer lock. Used by one thread. */
final class Wanted {

    private static final Pattern PERMITS = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    @Option(
            names = "--permits",
            paramLabel = "N/LIMIT",
            description =
                    "Instead of the lock, N permits of a semaphore of that name, of which LIMIT may be out: with 1/3,"
                            + " three commands run at a time.")
    private @Nullable String permits;

    @Option(
            names = "--shared",
            description =
                    "Instead of the lock, the read lock of that name: the command runs beside others that share it,"
                            + " and beside none that has it with --exclusive.")
    private boolean shared;

    @Option(
            names = "--exclusive",
            description =
                    "Instead of the lock, the write lock of that name: the command runs beside none that has it with"
                            + " --shared or --exclusive.")
    private boolean exclusive;

    /**
     * What is to be acquired.
     *
     * @param acquirable how
     * @param lock whom to ask who has it; null if the service cannot say
     * @param text as the subject of a sentence
     */
    record Target(Acquirable<Lease> acquirable, @Nullable DistributedLock lock, String text) {}

    /** A way to the target that needs a client, and nothing else that could be wrong. */
    Function<LockClient, Target> target(String name, LockOptions options) throws CliException {
        if ((permits == null ? 0 : 1) + (shared ? 1 : 0) + (exclusive ? 1 : 0) > 1) {
            throw new CliException(
                    ExitCode.USAGE, "--permits, --shared and --exclusive contradict each other; keep one of them");
        }
        String quoted = "'" + name + "'";
        if (permits != null) {
            return permits(permits, name, options);
        }
        if (shared) {
            return client -> {
                DistributedReadWriteLock lock = client.readWriteLock(name, options);
                return new Target(lock.readLock(), null, "the read lock " + quoted);
            };
        }
        if (exclusive) {
            return client -> {
                DistributedReadWriteLock lock = client.readWriteLock(name, options);
                return new Target(lock.writeLock(), null, "the write lock " + quoted);
            };
        }
        return client -> {
            DistributedLock lock = client.lock(name, options);
            boolean canAsk = client.guarantees().supports(Capability.INSPECT);
            return new Target(lock, canAsk ? lock : null, "the lock " + quoted);
        };
    }

    private static Function<LockClient, Target> permits(String text, String name, LockOptions options)
            throws CliException {
        Matcher numbers = PERMITS.matcher(text);
        if (!numbers.matches()) {
            throw new CliException(ExitCode.USAGE, "--permits: must be N/LIMIT, such as 1/3, but got '" + text + "'");
        }
        int count = Integer.parseInt(numbers.group(1));
        int limit = Integer.parseInt(numbers.group(2));
        if (count < 1 || count > limit) {
            throw new CliException(
                    ExitCode.USAGE, "--permits: N must be between 1 and the limit, but got '" + text + "'");
        }
        return client -> {
            DistributedSemaphore semaphore = client.semaphore(name, limit, options);
            return new Target(semaphore.permits(count), null, count + " of " + limit + " permits of '" + name + "'");
        };
    }
}
