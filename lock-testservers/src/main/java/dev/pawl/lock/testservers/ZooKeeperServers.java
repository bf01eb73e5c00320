package dev.pawl.lock.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * ZooKeeper: one server, or an ensemble. Those from {@link #standalone()} and {@link #ensemble()} start at first use and are shared
 * by all tests of the JVM, which leave them {@linkplain #heal() healed}.
 *
 * <p>They are quick to notice and to forget: a tick lasts 200 ms, a session may be as short as 400 ms, and empty containers are
 * reaped every second. Clients come through a proxy for each server, which can cut their connections.
 */
public final class ZooKeeperServers implements ServerFixture {

    private static final Shared<ZooKeeperServers> standalone = new Shared<>(() -> start(1));
    private static final Shared<ZooKeeperServers> ensemble = new Shared<>(() -> start(3));

    private static final int TICK_MILLIS = 200;
    private static final int ANSWER_MILLIS = 2_000;
    private static final int COUNT_ATTEMPTS = 30;
    private static final int ADMIN_SESSION_MILLIS = 10_000;
    private static final int DELETE_AT_A_TIME = 200;
    private static final String LEADER = "leader";
    private static final String FOLLOWER = "follower";
    private static final Pattern MODE = Pattern.compile("Mode: (\\w+)");

    /** A server that writes to memory alone would forget with kill -9; one that need not wait for the disk does not. */
    private static final String JVM_FLAGS = "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dzookeeper.forceSync=no"
            + " -Dzookeeper.preAllocSize=1024 -Dznode.container.checkIntervalMs=1000"
            + " -Dznode.container.maxPerMinute=600000 -Dreadonlymode.enabled=true";

    private final List<Member> members;
    private final ServerProcesses processes;
    private final boolean docker;
    private final Set<Integer> running = new TreeSet<>();

    /** The follower that is paused, or may be next. */
    private @Nullable Member paused;

    /** Kept from question to question: it takes longer to open and to close one than to ask. */
    private final AtomicReference<@Nullable ZooKeeper> admin = new AtomicReference<>();

    /** The ports of one server, and the proxy that its clients come through. */
    private record Member(int id, int clients, int followers, int election, TcpProxy proxy) {}

    private ZooKeeperServers(int count) {
        List<Integer> ports = FreePorts.take(3 * count);
        members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int port = ports.get(i);
            members.add(new Member(i + 1, port, ports.get(count + i), ports.get(2 * count + i), TcpProxy.to(port)));
        }
        docker = ServerProvider.of("zookeeper", "the ZooKeeper of the image, and its own JVM") == ServerProvider.DOCKER;
        processes = docker ? new DockerProcesses("zookeeper", ports) : new EmbeddedProcesses(Path.of("/"));
    }

    /**
     * The shared single server.
     *
     * @return the same every time
     */
    public static ZooKeeperServers standalone() {
        return standalone.get();
    }

    /**
     * The shared ensemble of three.
     *
     * @return the same every time
     */
    public static ZooKeeperServers ensemble() {
        return ensemble.get();
    }

    private static ZooKeeperServers start(int count) {
        ZooKeeperServers servers = new ZooKeeperServers(count);
        servers.restart(false);
        return servers;
    }

    @Override
    public String url() {
        return "zookeeper://" + addresses();
    }

    /**
     * Hosts and ports of all servers, as ZooKeeper's client reads them.
     *
     * @return such as {@code 127.0.0.1:1234,127.0.0.1:1235}
     */
    public String addresses() {
        return members.stream()
                .map(member -> "127.0.0.1:" + member.proxy().port())
                .collect(Collectors.joining(","));
    }

    /** The servers themselves, past the proxies. */
    private String direct() {
        return members.stream().map(member -> "127.0.0.1:" + member.clients()).collect(Collectors.joining(","));
    }

    // --- what to run -------------------------------------------------------------------------------------------

    private ServerNode node(Member member) {
        String start = "mkdir -p store && echo " + member.id() + " >store/myid\n" + command();
        return new ServerNode(member.clients(), Map.of("zoo.cfg", config(member)), start, "");
    }

    private String command() {
        if (docker) {
            return "JVMFLAGS='" + JVM_FLAGS + "' exec zkServer.sh --config \"$PWD\" start-foreground\n";
        }
        return "exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' " + JVM_FLAGS + " -cp '"
                + System.getProperty("java.class.path")
                + "' org.apache.zookeeper.server.quorum.QuorumPeerMain zoo.cfg\n";
    }

    private String config(Member member) {
        StringBuilder config = new StringBuilder("tickTime=" + TICK_MILLIS + "\n"
                + "initLimit=50\nsyncLimit=15\ndataDir=./store\nclientPort=" + member.clients() + "\n"
                + "maxSessionTimeout=60000\nmaxClientCnxns=0\nadmin.enableServer=false\n"
                + "4lw.commands.whitelist=*\n");
        if (members.size() > 1) {
            members.forEach(each -> config.append("server.")
                    .append(each.id())
                    .append("=127.0.0.1:")
                    .append(each.followers())
                    .append(':')
                    .append(each.election())
                    .append('\n'));
        }
        return config.toString();
    }

    // --- harm --------------------------------------------------------------------------------------------------

    @Override
    public synchronized void kill() {
        kill(List.copyOf(running));
    }

    private void kill(Collection<Integer> ports) {
        processes.signal(Signal.KILL, ports);
        running.removeAll(ports);
        if (running.isEmpty()) {
            closeAdmin();
        }
    }

    /**
     * Kills the leader of the ensemble.
     *
     * @throws IllegalStateException if there is none
     */
    public synchronized void killLeader() {
        kill(List.of(first(LEADER).clients()));
    }

    private Member first(String mode) {
        return members.stream()
                .filter(member -> mode.equals(modeOf(member)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + mode + " among the ZooKeeper servers"));
    }

    /**
     * Where the leader of the ensemble is, for clients of it alone.
     *
     * @return a URL
     * @throws IllegalStateException if there is no leader
     */
    public synchronized String leaderUrl() {
        return urlOf(first(LEADER));
    }

    /**
     * Where a follower is, for clients of it alone: the one that {@link #pauseFollower()} stops.
     *
     * @return a URL
     * @throws IllegalStateException if there is no follower
     */
    public synchronized String followerUrl() {
        paused = first(FOLLOWER);
        return urlOf(paused);
    }

    private static String urlOf(Member member) {
        return "zookeeper://127.0.0.1:" + member.proxy().port();
    }

    /**
     * Stops the follower of {@link #followerUrl()} where it stands, until {@link #resume}.
     *
     * @throws IllegalStateException if nobody has asked for one
     */
    public synchronized void pauseFollower() {
        if (paused == null) {
            throw new IllegalStateException("no follower was asked for");
        }
        processes.signal(Signal.STOP, List.of(paused.clients()));
    }

    /**
     * Stops the leader where it stands, until {@link #resume}. The others choose another after 3 s.
     *
     * @throws IllegalStateException if there is none
     */
    public synchronized void pauseLeader() {
        processes.signal(Signal.STOP, List.of(first(LEADER).clients()));
    }

    /** Kills all servers but one, which is then read-only at best. */
    public synchronized void killAllButOne() {
        kill(List.copyOf(running).subList(1, running.size()));
    }

    /** Starts the servers that do not run, with their data; returns when all agree. */
    public synchronized void startMissing() {
        start(
                members.stream()
                        .filter(member -> !running.contains(member.clients()))
                        .toList(),
                true);
    }

    @Override
    public synchronized void restart(boolean keepData) {
        kill();
        start(members, keepData);
    }

    private void start(List<Member> missing, boolean keepData) {
        processes.start(missing.stream().map(this::node).toList(), keepData);
        missing.forEach(member -> running.add(member.clients()));
        processes.await("the ZooKeeper servers are not healthy", running, this::isHealthy);
    }

    @Override
    public synchronized void pause() {
        processes.signal(Signal.STOP, running);
    }

    @Override
    public synchronized void resume() {
        processes.signal(Signal.CONT, running);
    }

    @Override
    public void cutConnections() {
        members.forEach(member -> member.proxy().cut());
    }

    /**
     * Ends the session of a client that has it still, as if it had expired: the servers forget it, and the client hears of it when
     * it connects again. Does nothing to one that is over.
     *
     * @param proxies that this client alone comes through
     */
    public void expire(Collection<TcpProxy> proxies) {
        for (TcpProxy proxy : proxies) {
            ForeignSession session = new ForeignSession(proxy.greeting());
            // To be asked again: its client may come back while it is being closed.
            processes.await("a session does not end", running, () -> session.isClosed(direct()));
        }
    }

    @Override
    public synchronized void heal() {
        resume();
        if (running.size() < members.size() || !isHealthy()) {
            restart(false);
        } else {
            processes.await("the ZooKeeper servers are not empty", running, () -> ask(ZooKeeperServers::deleteAll));
        }
    }

    /** Clients of the test may still be deleting and creating at the same time. */
    private static boolean deleteAll(ZooKeeper handle) throws KeeperException, InterruptedException {
        for (String child : handle.getChildren("/", false)) {
            if (!child.equals("zookeeper")) {
                try {
                    ZKUtil.deleteRecursive(handle, "/" + child, DELETE_AT_A_TIME);
                } catch (KeeperException.NoNodeException | KeeperException.NotEmptyException e) {
                    return false;
                }
            }
        }
        return handle.getChildren("/", false).equals(List.of("zookeeper"));
    }

    // --- questions ---------------------------------------------------------------------------------------------

    private boolean isHealthy() {
        List<String> modes = members.stream().map(this::modeOf).toList();
        if (members.size() == 1) {
            return modes.equals(List.of("standalone"));
        }
        return modes.stream().filter(LEADER::equals).count() == 1
                && modes.stream().filter(FOLLOWER::equals).count() == members.size() - 1;
    }

    private String modeOf(Member member) {
        Matcher mode = MODE.matcher(command(member, "srvr"));
        return mode.find() ? mode.group(1) : "";
    }

    /**
     * How many connections are open, over all servers.
     *
     * @return the count
     */
    public int connections() {
        return Math.toIntExact(monitored("zk_num_alive_connections"));
    }

    /**
     * How many requests have come in, pings included, over all servers.
     *
     * @return the count since they were started
     */
    public long packets() {
        return monitored("zk_packets_received");
    }

    private long monitored(String key) {
        Pattern line = Pattern.compile("(?m)^" + key + "\\s+(\\d+)");
        return members.stream()
                .filter(member -> running.contains(member.clients()))
                .mapToLong(member -> counted(member, line))
                .sum();
    }

    /** A server that does not answer at once is busy. It has no less than it had: it is asked again. */
    private static long counted(Member member, Pattern line) {
        for (int i = 0; i < COUNT_ATTEMPTS; i++) {
            Matcher found = line.matcher(command(member, "mntr"));
            if (found.find()) {
                return Long.parseLong(found.group(1));
            }
        }
        throw new IllegalStateException("the server at port " + member.clients() + " does not say its " + line);
    }

    /** One of ZooKeeper's four-letter words; an empty answer if nobody listens. */
    private static String command(Member member, String word) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), member.clients()), ANSWER_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Something asked of ZooKeeper. */
    @FunctionalInterface
    public interface Question<T> {
        /**
         * Asks.
         *
         * @param handle a connected client
         * @return the answer
         * @throws KeeperException whatever ZooKeeper answers
         * @throws InterruptedException if the thread was interrupted
         */
        T ask(ZooKeeper handle) throws KeeperException, InterruptedException;
    }

    /**
     * Asks or does something, in a session of the fixture's own, after all that was written before.
     *
     * @param <T> type of the answer
     * @param question what to ask
     * @return the answer
     */
    public <T> T ask(Question<T> question) {
        try {
            // Not until there is a leader.
            processes.await("no ZooKeeper server answers", running, () -> {
                admin().sync("/");
                return true;
            });
            return question.ask(admin());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private ZooKeeper admin() throws IOException, InterruptedException {
        ZooKeeper known = admin.get();
        if (known != null && known.getState().isAlive()) {
            return known;
        }
        ZooKeeper opened = new ZooKeeper(direct(), ADMIN_SESSION_MILLIS, event -> {});
        if (admin.compareAndSet(known, opened)) {
            return opened;
        }
        opened.close();
        return admin();
    }

    private void closeAdmin() {
        ZooKeeper known = admin.getAndSet(null);
        if (known != null) {
            try {
                known.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() {
        running.clear();
        closeAdmin();
        processes.close();
        members.forEach(member -> member.proxy().close());
    }
}
