package dev.pawl.lock.redlock;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testservers.IndependentRedis;
import io.lettuce.core.FlushMode;
import io.lettuce.core.KillArgs;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A quorum of Redis masters, some of which may be down for good. The servers are shared: closing this heals them. */
final class RedlockFixture implements BackendFixture {

    private static final String NAMESPACE = "pawl";
    private static final Duration IO_LIMIT = Duration.ofSeconds(2);

    /** Of child JVMs: several that start at once take more than two seconds to have all classes of so many connections. */
    static final Duration COLD_IO_LIMIT = Duration.ofSeconds(8);

    private static final Duration ON_ITS_WAY = Duration.ofMillis(500);
    private static final Pattern CONNECTED = Pattern.compile("connected_clients:(\\d+)");

    private final IndependentRedis servers;
    private final Set<Integer> killed;
    private final Set<Integer> hung;
    private final List<Integer> sound;
    private boolean broken;

    RedlockFixture(IndependentRedis servers, Set<Integer> killed, Set<Integer> hung) {
        this.servers = servers;
        this.killed = killed;
        this.hung = hung;
        sound = IntStream.range(0, servers.ports().size())
                .boxed()
                .filter(index -> !killed.contains(index) && !hung.contains(index))
                .toList();
    }

    RedlockFixture(IndependentRedis servers) {
        this(servers, Set.of(), Set.of());
    }

    private String urlWith(Duration ioLimit) {
        return servers.url() + "?timeout=" + ioLimit.toMillis() + "ms";
    }

    private <T> List<T> onEachSound(Function<RedisCommands<String, String>, T> question) {
        return sound.stream().map(index -> servers.on(index, question)).toList();
    }

    @Override
    public LockBackend newBackend() {
        return new RedlockBackendProvider()
                .create(new BackendSettings(urlWith(IO_LIMIT), null, null, NAMESPACE, Map.of()));
    }

    @Override
    public Optional<String> url() {
        return Optional.of(urlWith(COLD_IO_LIMIT));
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT;
    }

    @Override
    public int manyNames() {
        return 10_000;
    }

    @Override
    public OptionalInt connections() {
        return OptionalInt.of(onEachSound(redis -> connected(redis.info("clients"))).stream()
                .mapToInt(Integer::intValue)
                .sum());
    }

    private static int connected(String info) {
        Matcher matcher = CONNECTED.matcher(info);
        if (!matcher.find()) {
            throw new IllegalStateException("INFO clients: " + info);
        }
        return Integer.parseInt(matcher.group(1));
    }

    @Override
    public void loseLease(Lease lease) {
        onEachSound(redis -> redis.del(key(lease.name())));
    }

    @Override
    public void takeOver(Lease lease) {
        onEachSound(redis -> redis.set(key(lease.name()), "somebody-else", SetArgs.Builder.px(Duration.ofSeconds(30))));
    }

    @Override
    public void pauseService() {
        servers.pause();
    }

    @Override
    public void resumeService() {
        servers.resume();
        hung.forEach(servers::pause);
    }

    @Override
    public void killService() {
        servers.kill();
    }

    @Override
    public void startService(boolean keepData) {
        servers.restart(keepData);
        breakSome();
    }

    private void breakSome() {
        killed.forEach(servers::kill);
        hung.forEach(servers::pause);
        broken = true;
    }

    @Override
    public void cutWakeUps() {
        sound.forEach(index -> servers.on(index, redis -> {
            redis.clientKill(KillArgs.Builder.typePubsub());
            return true;
        }));
    }

    /**
     * A release is over when a majority has confirmed it: at the others it may still be on its way, for an instant. What stays is
     * left behind.
     */
    @Override
    public Optional<String> leftBehind(String name) {
        long end = System.nanoTime() + ON_ITS_WAY.toNanos();
        List<String> left = leftNow(name);
        while (!left.isEmpty() && left.size() <= sound.size() / 2 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(1_000_000);
            left = leftNow(name);
        }
        return left.stream().findFirst();
    }

    private List<String> leftNow(String name) {
        String lock = key(name);
        return sound.stream()
                .flatMap(index ->
                        servers
                                .on(index, redis -> left(redis, lock))
                                .map(what -> what + " at master " + index)
                                .stream())
                .toList();
    }

    private static Optional<String> left(RedisCommands<String, String> redis, String lock) {
        if (redis.get(lock) != null) {
            return Optional.of("a hold of " + lock);
        }
        long waiting = redis.zcard(lock + ":q");
        return waiting > 0 ? Optional.of(waiting + " waiting for " + lock) : Optional.empty();
    }

    /** As {@code docs/} tells operators; the escapes keep a brace of the name from ending the hash tag. */
    private static String key(String name) {
        return "{" + NAMESPACE + ":"
                + name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D") + "}";
    }

    @Override
    public boolean tokensOutliveDataLoss() {
        return true;
    }

    /** Where those that are to be sound still are, the others stay as they are: to restart all for each case takes minutes. */
    @Override
    public void heal() {
        sound.forEach(servers::resume);
        if (sound.size() < servers.ports().size() && soundAnswer()) {
            onEachSound(redis -> redis.flushall(FlushMode.ASYNC));
        } else {
            servers.heal();
            breakSome();
        }
    }

    private boolean soundAnswer() {
        try {
            return broken && onEachSound(redis -> redis.ping()).stream().allMatch("PONG"::equals);
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Override
    public void close() {
        servers.heal();
    }
}
