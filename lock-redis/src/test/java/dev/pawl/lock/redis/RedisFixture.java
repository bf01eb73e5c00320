package dev.pawl.lock.redis;

import dev.pawl.lock.Lease;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testservers.RedisServers;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Redis in one of its topologies. The servers are shared with other test classes: closing this heals them. */
final class RedisFixture implements BackendFixture {

    private static final String NAMESPACE = "pawl";
    private static final Duration IO_LIMIT = Duration.ofSeconds(2);
    private static final Pattern CONNECTED = Pattern.compile("connected_clients:(\\d+)");

    private final RedisServers servers;
    private final int replicas;
    private final String url;

    RedisFixture(RedisServers servers) {
        this(servers, 0);
    }

    /** Whose child JVMs have so many replicas confirm each grant. */
    RedisFixture(RedisServers servers, int replicas) {
        this.servers = servers;
        this.replicas = replicas;
        url = withIoLimit(servers.url());
    }

    private static String withIoLimit(String url) {
        int fragment = url.indexOf('#') < 0 ? url.length() : url.indexOf('#');
        return url.substring(0, fragment) + (url.contains("?") ? "&" : "?") + "timeout=" + IO_LIMIT.toMillis() + "ms"
                + url.substring(fragment);
    }

    @Override
    public LockBackend newBackend() {
        return new RedisBackendProvider().create(new BackendSettings(url, null, null, NAMESPACE, Map.of()));
    }

    @Override
    public Optional<String> url() {
        return Optional.of(url);
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("pawl.redis.replicas", Integer.toString(replicas));
    }

    @Override
    public boolean refusalTellsTheHolder() {
        return true;
    }

    @Override
    public Duration ioLimit() {
        return IO_LIMIT;
    }

    @Override
    public OptionalInt connections() {
        return OptionalInt.of(servers.onEachMaster(redis -> connected(redis.info("clients"))).stream()
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
        String key = key(lease.name());
        servers.onMasterOf(key, redis -> redis.del(key));
    }

    @Override
    public void takeOver(Lease lease) {
        String key = key(lease.name());
        servers.onMasterOf(key, redis -> redis.set(key, "somebody-else", SetArgs.Builder.px(Duration.ofSeconds(30))));
    }

    @Override
    public void pauseService() {
        servers.pause();
    }

    @Override
    public void resumeService() {
        servers.resume();
    }

    @Override
    public void killService() {
        servers.kill();
    }

    @Override
    public void startService(boolean keepData) {
        servers.restart(keepData);
    }

    @Override
    public void cutWakeUps() {
        servers.cutSubscriptions();
    }

    @Override
    public Optional<String> leftBehind(String name) {
        String lock = key(name);
        String queue = lock + ":q";
        return servers.onMasterOf(
                lock,
                redis -> Stream.of(
                                Optional.ofNullable(redis.get(lock))
                                        .map(owner -> owner.startsWith("~")
                                                ? "a reservation of " + name
                                                : "a hold of " + name),
                                Optional.of(redis.zcard(queue))
                                        .filter(waiting -> waiting > 0)
                                        .map(waiting -> waiting + " waiting for " + name))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    @Override
    public void losePermits(Lease permits) {
        delete(key(permits.name()) + ":s");
    }

    @Override
    public Optional<String> permitsLeftBehind(String name) {
        return leftAt(key(name) + ":s");
    }

    @Override
    public void loseReadWriteLock(Lease lease) {
        delete(key(lease.name()) + ":rw");
    }

    @Override
    public Optional<String> readWriteLockLeftBehind(String name) {
        return leftAt(key(name) + ":rw");
    }

    private void delete(String key) {
        servers.onMasterOf(key, redis -> redis.del(key));
    }

    private Optional<String> leftAt(String ends) {
        List<String> queued = servers.onMasterOf(ends, redis -> redis.zrange(ends + ":q", 0, -1));
        List<String> kept = servers.onMasterOf(ends, redis -> redis.zrange(ends, 0, -1));
        return queued.isEmpty() && kept.isEmpty() ? Optional.empty() : Optional.of(kept + ", waiting " + queued);
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

    @Override
    public void heal() {
        servers.heal();
    }

    @Override
    public void close() {
        servers.heal();
    }
}
