package dev.pawl.lock.testservers;

import dev.pawl.lock.testservers.TcpProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection through a {@link TcpProxy}. Each direction has a thread that reads and one that writes, so that a piece which
 * is held back or delayed does not hold back that the next one is seen.
 */
final class ProxiedConnection {

    private static final int PIECE = 64 * 1024;
    private static final byte[] NOTHING = {};

    /** What comes out of a direction: bytes, or the end of the connection in one of its two ways. */
    private enum Kind {
        BYTES,
        END,
        RESET
    }

    /** What was read at once, and when it may be written. */
    private static final class Piece {
        final Kind kind;
        final byte[] bytes;
        final long arrival;

        Piece(Kind kind, byte[] bytes, long arrival) {
            this.kind = kind;
            this.bytes = bytes;
            this.arrival = arrival;
        }
    }

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server = new Socket();
    private final AtomicInteger openDirections = new AtomicInteger(Direction.values().length);
    private volatile boolean cut;
    private volatile boolean silent;

    /** Who has sent the last bytes; guarded by this. */
    private Direction last = Direction.TO_CLIENT;

    ProxiedConnection(TcpProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    /** Connects to the server and passes everything on, all on threads of its own. */
    void start() {
        onThread("proxy-connect", () -> {
            if (!proxy.await(Direction.TO_SERVER, proxy.arrival(Direction.TO_SERVER), this)) {
                return;
            }
            server.connect(proxy.server());
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            pass(Direction.TO_SERVER, client, server);
            pass(Direction.TO_CLIENT, server, client);
        });
    }

    private void pass(Direction direction, Socket from, Socket to) {
        BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
        onThread("proxy-read", () -> read(direction, from, pieces));
        onThread("proxy-write", () -> write(direction, to, pieces));
    }

    private void read(Direction direction, Socket from, BlockingQueue<Piece> pieces) {
        byte[] buffer = new byte[PIECE];
        try {
            InputStream in = from.getInputStream();
            boolean isFirst = direction == Direction.TO_CLIENT;
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                if (isFirst) {
                    proxy.greeted(Arrays.copyOf(buffer, count));
                    isFirst = false;
                }
                // Before it is passed on: whoever acts on it acts later than this.
                if (!silent && !isToBePassedOn(direction)) {
                    cut();
                    throw new IOException("a reply that was to be lost");
                }
                pieces.add(new Piece(Kind.BYTES, Arrays.copyOf(buffer, count), proxy.arrival(direction)));
            }
            pieces.add(new Piece(Kind.END, NOTHING, proxy.arrival(direction)));
        } catch (IOException e) {
            // Not at once: behind a black hole nobody hears of it.
            pieces.add(new Piece(Kind.RESET, NOTHING, proxy.arrival(direction)));
        }
    }

    private synchronized boolean isToBePassedOn(Direction direction) {
        boolean turns = last != direction;
        last = direction;
        if (!turns) {
            return true;
        }
        if (direction == Direction.TO_CLIENT) {
            return proxy.replyBegins();
        }
        proxy.roundTripBegins();
        return true;
    }

    private void write(Direction direction, Socket to, BlockingQueue<Piece> pieces)
            throws IOException, InterruptedException {
        while (true) {
            Piece piece = pieces.take();
            if (!proxy.await(direction, piece.arrival, this)) {
                return;
            }
            if (silent) {
                if (piece.kind == Kind.BYTES) {
                    continue;
                }
                if (direction == Direction.TO_SERVER) {
                    // The client has given it up.
                    cut();
                }
                return;
            }
            switch (piece.kind) {
                case BYTES -> {
                    if (direction == Direction.TO_CLIENT) {
                        to.getOutputStream().write(proxy.takeInserted());
                    }
                    to.getOutputStream().write(piece.bytes);
                }
                case RESET -> cut();
                case END -> {
                    to.shutdownOutput();
                    if (openDirections.decrementAndGet() == 0) {
                        close();
                    }
                }
            }
            if (piece.kind != Kind.BYTES) {
                return;
            }
        }
    }

    /** Resets the connection on both sides. */
    void cut() {
        for (Socket socket : List.of(client, server)) {
            try {
                socket.setSoLinger(true, 0);
            } catch (IOException closed) {
                // Then there is nothing left to reset.
            }
        }
        close();
    }

    void silence() {
        silent = true;
    }

    boolean isSilent() {
        return silent;
    }

    boolean isCut() {
        return cut;
    }

    private void close() {
        cut = true;
        proxy.remove(this);
        proxy.wakeUp();
        for (Socket socket : List.of(client, server)) {
            try {
                socket.close();
            } catch (IOException e) {
                // Closed anyway.
            }
        }
    }

    interface Task {
        void run() throws IOException, InterruptedException;
    }

    /** Whatever fails on one side resets both. */
    private void onThread(String name, Task task) {
        startThread(name, () -> {
            try {
                task.run();
            } catch (IOException | InterruptedException e) {
                cut();
            }
        });
    }

    static Thread startThread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
