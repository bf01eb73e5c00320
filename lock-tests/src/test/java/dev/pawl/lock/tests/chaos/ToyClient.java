package dev.pawl.lock.tests.chaos;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.tests.ChildJvm;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** A client of {@link ToyService} that knows nothing of Pawl: it asks again and again, and renews nothing. */
final class ToyClient implements Locks {

    private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final int port;
    private final Defect defect;
    private final Duration lease;

    private ToyClient(URI service, Duration lease) {
        port = service.getPort();
        defect = Defect.valueOf(service.getPath().substring(1));
        this.lease = lease;
    }

    public static void main(String[] arguments) throws Exception {
        URI service = URI.create(ChildJvm.config().build().url());
        Workload.run(arguments, lease -> new ToyClient(service, lease));
    }

    @Override
    public Optional<Lease> acquire(String lock, Random random) throws IOException {
        String owner = UUID.randomUUID().toString();
        long deadline = System.nanoTime() + lease.toNanos() * 3;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            while (System.nanoTime() < deadline) {
                long sent = System.nanoTime();
                String answer = ask(socket, "acquire " + lock + " " + owner + " " + lease.toMillis());
                if (!answer.equals("busy")) {
                    long from = defect == Defect.NO_VALIDITY_CHECK ? System.nanoTime() : sent;
                    ToyLease granted = new ToyLease(lock, owner, token(answer), from + lease.toNanos());
                    return granted.isValid() ? Optional.of(granted) : Optional.empty();
                }
                LockSupport.parkNanos(ASK_EVERY_NANOS);
            }
            return Optional.empty();
        } catch (IOException e) {
            while (defect == Defect.FORGETS_WAITERS) {
                LockSupport.park();
            }
            throw e;
        }
    }

    private long token(String answer) {
        return defect == Defect.WALL_CLOCK_TOKEN ? System.currentTimeMillis() * 1_000 : Long.parseLong(answer);
    }

    private static String ask(Socket socket, String question) throws IOException {
        socket.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
        String answer =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (answer == null) {
            throw new EOFException("the toy has gone");
        }
        return answer;
    }

    @Override
    public void close() {
        // A connection for each request.
    }

    private final class ToyLease implements Lease {

        private final String lock;
        private final String owner;
        private final long token;
        private final long deadline;

        ToyLease(String lock, String owner, long token, long deadline) {
            this.lock = lock;
            this.owner = owner;
            this.token = token;
            this.deadline = deadline;
        }

        @Override
        public String name() {
            return lock;
        }

        @Override
        public FencingToken token() {
            return new FencingToken(lock, token);
        }

        @Override
        public boolean isValid() {
            return defect == Defect.NEVER_INVALID || System.nanoTime() < deadline;
        }

        @Override
        public Duration remaining() {
            return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        }

        @Override
        public void ensureValid() {
            throw new UnsupportedOperationException("nobody asks a toy");
        }

        @Override
        public void onLost(Consumer<LeaseLostEvent> action) {
            // Whoever wants to know has to look.
        }

        @Override
        public CompletableFuture<Void> releaseAsync() {
            throw new UnsupportedOperationException("nobody asks a toy");
        }

        @Override
        public void close() {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                ask(socket, "release " + lock + " " + owner);
            } catch (IOException e) {
                // The lease ends by itself.
            }
        }
    }
}
