package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A network between clients and one server of this machine: it counts round trips, and can be made to fail. Safe for use by
 * several threads.
 *
 * <p>A round trip begins with the first bytes that a client sends after the server's last ones, or on a new connection; so
 * what a client sends in several pieces is one, as long as the server does not answer in between. A round trip is counted
 * before it reaches the server: a client that has its reply finds it counted.
 */
public final class TcpProxy implements AutoCloseable {

    /** The two ways through the proxy. */
    public enum Direction {
        /** Requests. */
        TO_SERVER,
        /** Replies. */
        TO_CLIENT
    }

    private static final int BACKLOG = 1024;

    private final ServerSocket listener;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();

    // All guarded by this.
    private final Set<Direction> held = EnumSet.noneOf(Direction.class);
    private final Map<Direction, Long> delays = new EnumMap<>(Direction.class);
    private long roundTrips;
    private long replies;
    private long replyToDrop;
    private byte[] greeting = {};
    private byte[] inserted = {};
    private InetSocketAddress server;

    private TcpProxy(int serverPort) throws IOException {
        server = at(serverPort);
        listener = new ServerSocket(FreePorts.take(1).get(0), BACKLOG, InetAddress.getLoopbackAddress());
        ProxiedConnection.startThread("proxy-" + listener.getLocalPort(), this::accept);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /**
     * Starts a proxy.
     *
     * @param serverPort the server's port at 127.0.0.1; it need not listen yet
     * @return a proxy that passes everything on, closed by the caller
     */
    public static TcpProxy to(int serverPort) {
        try {
            return new TcpProxy(serverPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Where clients connect to instead.
     *
     * @return the proxy's port at 127.0.0.1; the same for its life
     */
    public int port() {
        return listener.getLocalPort();
    }

    /**
     * The way to the server through this proxy.
     *
     * @param url a URL with the server's address, {@code 127.0.0.1:<port>}
     * @return the URL with this proxy's address instead
     * @throws IllegalArgumentException if the server's address is not in it
     */
    public synchronized String through(String url) {
        String address = "127.0.0.1:" + server.getPort();
        if (!url.contains(address)) {
            throw new IllegalArgumentException("no " + address + " in " + url.replaceAll("[?;].*", "…"));
        }
        return url.replace(address, "127.0.0.1:" + port());
    }

    /**
     * Moves the address: new connections reach another server, those that are open stay with theirs.
     *
     * @param serverPort the other server's port at 127.0.0.1
     */
    public synchronized void leadTo(int serverPort) {
        server = at(serverPort);
    }

    synchronized InetSocketAddress server() {
        return server;
    }

    private void accept() {
        try {
            while (true) {
                ProxiedConnection connection = new ProxiedConnection(this, listener.accept());
                connections.add(connection);
                connection.start();
            }
        } catch (IOException closed) {
            cutAll();
        }
    }

    void remove(ProxiedConnection connection) {
        connections.remove(connection);
    }

    /** Resets all connections that are not {@linkplain #silence() silent}, on both sides. New ones pass. */
    public void cut() {
        connections.stream()
                .filter(connection -> !connection.isSilent())
                .toList()
                .forEach(ProxiedConnection::cut);
    }

    private void cutAll() {
        List.copyOf(connections).forEach(ProxiedConnection::cut);
    }

    /**
     * Makes all open connections silent for good, as a firewall does that has forgotten them: what either side sends is lost, and
     * neither hears of it, not even that the other has ended. New ones pass. When the client gives one up, the server's side is
     * reset, which hears nothing of it before.
     */
    public void silence() {
        connections.forEach(ProxiedConnection::silence);
    }

    /**
     * Holds back everything, in both directions: connections stay open, new ones are accepted but do not reach the server.
     * What is held back is delivered by {@link #pass()}, as TCP would after a partition.
     */
    public void blackHole() {
        blackHole(Direction.TO_SERVER);
        blackHole(Direction.TO_CLIENT);
    }

    /**
     * Holds back everything in one direction, until {@link #pass()}.
     *
     * @param direction which; {@code TO_SERVER} holds back new connections, too
     */
    public synchronized void blackHole(Direction direction) {
        held.add(direction);
    }

    /**
     * Delays what is sent from now on, each piece by the same time.
     *
     * @param direction which way
     * @param time how long
     */
    public synchronized void delay(Direction direction, Duration time) {
        delays.put(direction, time.toNanos());
    }

    /**
     * Loses a reply: the server has done what it was asked, and the client's connection is reset instead of hearing of it.
     *
     * @param n which reply from now on, counted over all connections; 1 is the next
     */
    public synchronized void dropReply(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("replies are counted from 1, not " + n);
        }
        replyToDrop = replies + n;
    }

    /**
     * Puts bytes in front of the next reply, as if the server had sent them: a client that takes them for an answer takes each later answer
     * for that of the next request.
     *
     * @param bytes what the client gets to read first
     */
    public synchronized void insert(byte[] bytes) {
        inserted = bytes.clone();
    }

    synchronized byte[] takeInserted() {
        byte[] bytes = inserted;
        inserted = new byte[0];
        return bytes;
    }

    /** Passes everything on at once: ends {@link #blackHole}, {@link #delay} and {@link #dropReply}. */
    public synchronized void pass() {
        held.clear();
        delays.clear();
        replyToDrop = 0;
        notifyAll();
    }

    /**
     * How many round trips the clients have begun since the proxy was started.
     *
     * @return the count over all connections
     */
    public synchronized long roundTrips() {
        return roundTrips;
    }

    /**
     * How many connections are open.
     *
     * @return the count
     */
    public int connections() {
        return connections.size();
    }

    /**
     * What the server said first on the connection that it answered last: where a session is given to a client, it says which.
     *
     * @return the bytes that came at once; none before there was a connection
     */
    public synchronized byte[] greeting() {
        return greeting.clone();
    }

    synchronized void greeted(byte[] first) {
        greeting = first;
    }

    synchronized void roundTripBegins() {
        roundTrips++;
    }

    /** Whether the reply is to be passed on. */
    synchronized boolean replyBegins() {
        return ++replies != replyToDrop;
    }

    /** When something that is sent now arrives, by {@code System.nanoTime()}. */
    synchronized long arrival(Direction direction) {
        return System.nanoTime() + delays.getOrDefault(direction, 0L);
    }

    /** Waits until what should arrive at a time may; false if the connection is cut first. */
    synchronized boolean await(Direction direction, long arrival, ProxiedConnection connection)
            throws InterruptedException {
        while (!connection.isCut()) {
            long remaining = arrival - System.nanoTime();
            if (held.contains(direction)) {
                wait();
            } else if (remaining > 0) {
                // At least 1 ms: 0 would be for ever.
                wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(remaining)));
            } else {
                return true;
            }
        }
        return false;
    }

    synchronized void wakeUp() {
        notifyAll();
    }

    /** Resets all connections and refuses new ones. Idempotent. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }
}
