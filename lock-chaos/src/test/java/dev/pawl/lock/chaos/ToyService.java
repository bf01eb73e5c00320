package dev.pawl.lock.chaos;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The simplest lock service, in a process of its own: right, or with a defect. It is asked in lines: {@code acquire <lock> <owner> <ms>} is
 * answered by a token or {@code busy}, {@code release <lock> <owner>} by {@code ok}, {@code owner <lock>} by the owner or
 * {@code nobody}; {@code held all} by {@code <lock>:<token>} of each, {@code take <lock> <token> <at once>} by the raised token or {@code none}.
 */
class ToyService implements BackendFixture {

    private static final class Lock {
        @Nullable
        String owner;

        long expires;
        long token;
    }

    /** What a connection to it is worth: one that was made before the last demotion takes no more writes. */
    private static final AtomicInteger demotions = new AtomicInteger();

    private final ChildJvm process;
    private final int port;
    private final Defect defect;

    ToyService(Defect defect) {
        this.defect = defect;
        process = ChildJvm.start(ToyService.class, "", Map.of(), Map.of(), defect.name());
        port = Integer.parseInt(process.awaitLine("listening").get(0));
    }

    // In the process

    public static void main(String[] arguments) throws IOException {
        Defect defect = Defect.valueOf(arguments[0]);
        Map<String, Lock> locks = new HashMap<>();
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println("listening " + listener.getLocalPort());
        thread(() -> {
            while (System.in.read() >= 0) {
                // The parent is alive.
            }
            Runtime.getRuntime().halt(0);
        });
        while (true) {
            Socket socket = listener.accept();
            thread(() -> serve(socket, locks, defect));
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void thread(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException gone) {
                // A client, or a proxy between.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void serve(Socket socket, Map<String, Lock> locks, Defect defect) throws IOException {
        int made = demotions.get();
        try (socket;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                boolean refused = words[0].equals("acquire") && made < demotions.get();
                out.write((refused ? "demoted" : answer(words, locks, defect)) + "\n");
                out.flush();
            }
        }
    }

    private static String answer(String[] words, Map<String, Lock> locks, Defect defect) {
        synchronized (locks) {
            Lock lock = locks.computeIfAbsent(words[1], name -> new Lock());
            boolean expires = defect != Defect.NEVER_EXPIRES;
            if (lock.owner != null && expires && lock.expires < System.nanoTime()) {
                lock.owner = null;
            }
            return switch (words[0]) {
                case "held" -> held(locks);
                case "take" -> take(lock, Long.parseLong(words[2]), Boolean.parseBoolean(words[3]), defect);
                case "acquire" -> acquire(lock, words[2], Long.parseLong(words[3]), defect);
                case "demote" -> "demoted " + demotions.incrementAndGet();
                case "release" -> release(lock, words[2], defect);
                default -> lock.owner == null ? "nobody" : lock.owner;
            };
        }
    }

    private static String acquire(Lock lock, String owner, long millis, Defect defect) {
        if (lock.owner != null) {
            return "busy";
        }
        lock.owner = owner;
        lock.expires = System.nanoTime() + millis * 1_000_000;
        lock.token = defect == Defect.CONSTANT_TOKEN ? 7 : lock.token + 1;
        return Long.toString(lock.token);
    }

    private static String release(Lock lock, String owner, Defect defect) {
        if (owner.equals(lock.owner) || defect == Defect.RELEASE_WITHOUT_OWNER_CHECK) {
            lock.owner = null;
            if (defect == Defect.SEQUENCE_NUMBER_AS_TOKEN) {
                lock.token = 0;
            }
        }
        return "ok";
    }

    private static String held(Map<String, Lock> locks) {
        return locks.entrySet().stream()
                .filter(lock -> lock.getValue().owner != null)
                .map(lock -> lock.getKey() + ":" + lock.getValue().token)
                .collect(Collectors.joining(" "));
    }

    private static String take(Lock lock, long seen, boolean atOnce, Defect defect) {
        if (lock.owner == null || (lock.token != seen && defect != Defect.TAKES_FROM_ANYBODY)) {
            return "none";
        }
        long raised = defect == Defect.RAISES_NOTHING ? lock.token : lock.token + 1;
        if (defect != Defect.FORGETS_WHAT_IT_RAISED) {
            lock.token = raised;
        }
        if (atOnce || defect == Defect.REVOKE_FREES_AT_ONCE) {
            lock.owner = null;
        }
        return Long.toString(raised);
    }

    // As a fixture

    @Override
    public Optional<String> url() {
        return Optional.of("toy://127.0.0.1:" + port + "/" + defect);
    }

    @Override
    public Duration ioLimit() {
        return Defect.EXCHANGE;
    }

    /** From now on no connection that there is takes writes; new ones do, as where an address has moved. */
    void demote() {
        ask("demote all");
    }

    Administration operator() {
        return new Administration() {
            @Override
            public List<FencingToken> held(Random random) {
                return Stream.of(ask("held all").split(" ", -1))
                        .filter(lock -> !lock.isEmpty())
                        .map(lock -> lock.split(":", -1))
                        .map(lock -> new FencingToken(lock[0], Long.parseLong(lock[1])))
                        .toList();
            }

            @Override
            public Optional<FencingToken> takeAway(FencingToken seen, boolean atOnce) {
                String raised = ask("take " + seen.lock() + " " + seen.value() + " " + atOnce);
                return raised.equals("none")
                        ? Optional.empty()
                        : Optional.of(new FencingToken(seen.lock(), Long.parseLong(raised)));
            }

            @Override
            public void close() {
                // Each question has a connection of its own.
            }
        };
    }

    @Override
    public Optional<String> leftBehind(String name) {
        return Optional.of(ask("owner " + name)).filter(who -> !who.equals("nobody"));
    }

    private String ask(String question) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((question + "\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void pauseService() {
        process.stop();
    }

    @Override
    public void resumeService() {
        process.resume();
    }

    @Override
    public void heal() {
        // Each run has one of its own.
    }

    @Override
    public void close() {
        process.close();
    }

    private static UnsupportedOperationException noBackend() {
        return new UnsupportedOperationException("a toy: no run asks for this");
    }

    @Override
    public LockBackend newBackend() {
        throw noBackend();
    }

    @Override
    public void loseLease(Lease lease) {
        throw noBackend();
    }

    @Override
    public void takeOver(Lease lease) {
        throw noBackend();
    }

    @Override
    public void killService() {
        throw noBackend();
    }

    @Override
    public void startService(boolean keepData) {
        throw noBackend();
    }

    @Override
    public void cutWakeUps() {
        throw noBackend();
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return false;
    }
}
