package dev.pawl.lock.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the locks protect: a process of its own, on none of the backends, that takes a write only with a token at least as large as
 * the newest it has taken for that lock. The argument is its log; it writes {@code listening <port>}, and ends when its standard
 * input does.
 *
 * <p>A connection begins with the name of the process; then each line is {@code <op> <lock> <token>}, answered by the newest token.
 */
class FencedResource {

    private final EventLog log;
    private final Map<String, Long> newest = new HashMap<>();

    FencedResource(Path log) {
        this.log = new EventLog("resource", log);
    }

    public static void main(String[] arguments) throws IOException {
        new FencedResource(Path.of(arguments[0])).serve();
    }

    final void serve() throws IOException {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(() -> accept(listener), "resource");
        acceptor.setDaemon(true);
        acceptor.start();
        System.out.println("listening " + listener.getLocalPort());
        while (System.in.read() >= 0) {
            // The parent is alive.
        }
        Runtime.getRuntime().halt(0);
    }

    private void accept(ServerSocket listener) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread thread = new Thread(() -> serve(socket), "resource-client");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
    }

    private void serve(Socket socket) {
        try (socket;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)) {
            String process = in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ", -1);
                out.write(write(process, Long.parseLong(words[0]), words[1], Long.parseLong(words[2])) + "\n");
                out.flush();
            }
        } catch (IOException gone) {
            // A client was killed.
        }
    }

    private synchronized long write(String process, long op, String lock, long token) {
        long before = newest.getOrDefault(lock, Long.MIN_VALUE);
        boolean accepted = accepts(token, before);
        // Stamped and written while nobody else writes: the order of stamps is the order of writes.
        log.write(new Event(
                System.nanoTime(),
                accepted ? Event.Kind.ACCEPTED : Event.Kind.REFUSED,
                process,
                op,
                lock,
                token,
                0,
                accepted ? "" : "newest " + before));
        newest.put(lock, Math.max(before, token));
        return Math.max(before, token);
    }

    boolean accepts(long token, long newest) {
        return token >= newest;
    }
}
