package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A lock directory of its own, and the harm that can be done to it. */
class FileFixture implements BackendFixture {

    private static final String NAMESPACE = "pawl";

    private final Path root;
    private final Path away;
    private final LockDirectory directory;
    private final Queue<FileBackend> backends = new ConcurrentLinkedQueue<>();
    private LockDirectory.@Nullable Turn taken;

    FileFixture() {
        try {
            root = Files.createTempDirectory("pawl-file-locks");
            away = root.resolve("away");
            directory = new LockDirectory(Files.createDirectory(root.resolve(NAMESPACE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a backend that {@link #cutWakeUps} makes deaf. */
    FileBackend backend(Path locks) {
        return new FileBackend(new LockDirectory(locks), FileBackendProvider.IO_LIMIT);
    }

    @Override
    public final LockBackend newBackend() {
        FileBackend backend = backend(directory.path());
        backends.add(backend);
        return backend;
    }

    @Override
    public final Optional<String> url() {
        return Optional.of(root.toUri().toString());
    }

    @Override
    public final Duration ioLimit() {
        return FileBackendProvider.IO_LIMIT;
    }

    @Override
    public final int manyNames() {
        return 10_000;
    }

    @Override
    public final void loseLease(Lease lease) {
        inTurn(() -> {
            Files.delete(directory.file(lease.name()));
            return true;
        });
    }

    @Override
    public final void takeOver(Lease lease) {
        inTurn(() -> {
            long token = directory.takeTokens(1);
            long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            directory.write(directory.file(lease.name()), "somebody-else " + token + " 1 " + until);
            return true;
        });
    }

    @Override
    public final void pauseService() {
        try {
            taken = directory.new Turn();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public final void resumeService() {
        LockDirectory.Turn turn = taken;
        taken = null;
        if (turn != null) {
            try {
                turn.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The directory is not where it was. */
    @Override
    public final void killService() {
        if (taken == null) {
            pauseService();
        }
        move(directory.path(), away);
        resumeService();
    }

    @Override
    public final void startService(boolean keepData) {
        if (!keepData) {
            empty(away);
        }
        move(away, directory.path());
    }

    @Override
    public final void cutWakeUps() {
        backends.forEach(FileBackend::stopHearing);
        backends.clear();
    }

    @Override
    public final Optional<String> leftBehind(String name) {
        return inTurn(() -> directory.hold(name).map(hold -> "a hold of " + name));
    }

    @Override
    public final boolean tokensOutliveDataLoss() {
        return true;
    }

    @Override
    public final void heal() {
        resumeService();
        if (Files.exists(away)) {
            startService(true);
        }
        inTurn(() -> {
            empty(directory.path());
            return true;
        });
        backends.clear();
    }

    @Override
    public final void close() {
        heal();
        delete(directory.path().resolve(LockDirectory.GUARD));
        delete(directory.path());
        delete(root);
    }

    private <T> T inTurn(FileBackend.Exchange<T> exchange) {
        try (LockDirectory.Turn turn = directory.new Turn()) {
            return exchange.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void empty(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(file -> !file.endsWith(LockDirectory.GUARD)).forEach(FileFixture::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
