package dev.pawl.lock.chaos;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostEvent;
import dev.pawl.lock.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
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
import org.jspecify.annotations.Nullable;

/** A client of {@link ToyService} that knows nothing of Pawl: it asks again and again, and renews nothing. */
final class ToyClient implements Locks {

    private static final long ASK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Each thread has one. */
    private static final ThreadLocal<@Nullable Socket> kept = new ThreadLocal<>();

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
    public Optional<Lease> acquire(String lock, Optional<Duration> patience, Random random) throws IOException {
        String owner = UUID.randomUUID().toString();
        long deadline =
                System.nanoTime() + patience.orElse(lease.multipliedBy(3)).toNanos();
        Socket socket = connection();
        try {
            do {
                long sent = System.nanoTime();
                String answer = ask(socket, "acquire " + lock + " " + owner + " " + lease.toMillis());
                if (answer.equals("demoted")) {
                    throw new ProtocolException("the toy takes no more writes");
                }
                if (!answer.equals("busy")) {
                    long from = defect == Defect.NO_VALIDITY_CHECK ? System.nanoTime() : sent;
                    ToyLease granted = new ToyLease(lock, owner, token(answer), from + lease.toNanos());
                    return granted.isValid() ? Optional.of(granted) : Optional.empty();
                }
                LockSupport.parkNanos(ASK_EVERY_NANOS);
            } while (System.nanoTime() < deadline);
            return Optional.empty();
        } catch (IOException e) {
            while (defect == Defect.FORGETS_WAITERS) {
                LockSupport.park();
            }
            if (!keepsConnectionAfter(e)) {
                kept.remove();
                socket.close();
            }
            throw e;
        }
    }

    private boolean keepsConnectionAfter(IOException failure) {
        return switch (defect) {
            case KEEPS_SILENT_CONNECTION -> failure instanceof SocketTimeoutException;
            case KEEPS_DEMOTED_CONNECTION -> failure instanceof ProtocolException;
            default -> false;
        };
    }

    private Socket connection() throws IOException {
        Socket socket = kept.get();
        if (socket == null) {
            socket = connect();
            kept.set(socket);
        }
        return socket;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        Duration patience = defect == Defect.WAITS_PAST_ITS_LIMIT ? Defect.EXCHANGE.multipliedBy(8) : Defect.EXCHANGE;
        socket.setSoTimeout((int) patience.toMillis());
        return socket;
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
        // The process ends, and its connections with it.
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
        public Duration renew(Duration leaseTime) {
            throw new UnsupportedOperationException();
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
            try (Socket socket = connect()) {
                ask(socket, "release " + lock + " " + owner);
            } catch (IOException e) {
                // The lease ends by itself.
            }
        }
    }
}
