package dev.pawl.lock.zookeeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A way to a server that takes time in each direction, can be cut or stalled, and can swallow what the server answers. */
final class SlowLink implements AutoCloseable {

    private static final int BUFFER = 64 * 1024;

    private final ServerSocket door;
    private final int target;
    private final long delayNanos;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean swallowing;
    private volatile boolean refusing;
    private volatile boolean stalled;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    SlowLink(int target, Duration delay) {
        this.target = target;
        delayNanos = delay.toNanos();
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon("link-door", this::accept);
    }

    String address() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    String url() {
        return "zookeeper://" + address() + "?sessionTimeout=" + TestServer.SESSION.toMillis() + "ms";
    }

    private void accept() {
        try {
            while (!door.isClosed()) {
                Socket client = door.accept();
                if (refusing) {
                    client.close();
                    refused.incrementAndGet();
                } else {
                    Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                    client.setTcpNoDelay(true);
                    server.setTcpNoDelay(true);
                    open.add(client);
                    open.add(server);
                    pump(client, server, false);
                    pump(server, client, true);
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private record Chunk(ByteBuffer bytes, long dueNanos) {}

    private void pump(Socket from, Socket to, boolean answers) {
        BlockingQueue<Chunk> onTheWay = new LinkedBlockingQueue<>();
        daemon("link-read", () -> {
            byte[] buffer = new byte[BUFFER];
            try (InputStream in = from.getInputStream()) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    onTheWay.add(new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, n)), System.nanoTime() + delayNanos));
                }
            } catch (IOException e) {
                // The end, as below.
            }
            onTheWay.add(new Chunk(ByteBuffer.allocate(0), System.nanoTime()));
        });
        daemon("link-write", () -> {
            try (OutputStream out = to.getOutputStream()) {
                for (Chunk chunk = onTheWay.take(); chunk.bytes().hasRemaining(); chunk = onTheWay.take()) {
                    for (long rest = chunk.dueNanos() - System.nanoTime();
                            rest > 0;
                            rest = chunk.dueNanos() - System.nanoTime()) {
                        LockSupport.parkNanos(rest);
                    }
                    while (stalled) {
                        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                    }
                    if (!(answers && swallowing)) {
                        out.write(chunk.bytes().array());
                        answered.addAndGet(answers ? chunk.bytes().capacity() : 0);
                    }
                }
            } catch (IOException e) {
                // Cut.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            close(from);
            close(to);
        });
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // As good as closed.
        }
    }

    /** How many bytes of answers have been let through. */
    long answered() {
        return answered.get();
    }

    /** How many connections were not let through. */
    long refused() {
        return refused.get();
    }

    /** From now on no answer of the server arrives. */
    void swallowAnswers() {
        swallowing = true;
    }

    /** Holds back what is sent either way, until {@link #flow}. */
    void stall() {
        stalled = true;
    }

    void flow() {
        stalled = false;
    }

    /** Breaks all connections, and lets new ones through. */
    void cut() {
        open.forEach(this::close);
        swallowing = false;
    }

    /** Breaks all connections, and lets no new one through until {@link #mend}. */
    void sever() {
        refusing = true;
        cut();
    }

    void mend() {
        refusing = false;
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        flow();
        cut();
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
