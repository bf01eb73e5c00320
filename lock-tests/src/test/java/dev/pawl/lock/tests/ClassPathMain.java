package dev.pawl.lock.tests;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.jdbc.JdbcBackend;
import dev.pawl.lock.redis.RedisBackend;
import dev.pawl.lock.redlock.RedlockBackend;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.zookeeper.ZooKeeperBackend;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;

/** An application that takes a lock at each URL, and at four of them with a client of its own. Writes a line for each that it held. */
final class ClassPathMain {

    /** How many clients of its own the application hands in. */
    static final int HANDED_IN = 4;

    /** A system property: whether nothing is handed in. */
    static final String BY_URL_ALONE = "by-url-alone";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ClassPathMain() {}

    public static void main(String[] urls) throws Exception {
        for (String url : urls) {
            try (LockClient locks =
                    LockClient.connect(LockConfig.builder().url(url).build())) {
                hold(locks, url);
            }
            if (Boolean.getBoolean(BY_URL_ALONE)) {
                continue;
            }
            if (url.startsWith("redis:")) {
                RedisClient client = RedisClient.create(url);
                handedIn(RedisBackend.create(client), url);
                client.shutdown();
            } else if (url.startsWith("redlock:")) {
                List<RedisClient> clients = Stream.of(
                                url.replaceAll("redlock://|[/?].*", "").split(","))
                        .map(master -> RedisClient.create("redis://" + master))
                        .toList();
                handedIn(RedlockBackend.create(clients), url);
                clients.forEach(RedisClient::shutdown);
            } else if (url.startsWith("jdbc:postgresql:")) {
                try (HikariDataSource pool = new HikariDataSource()) {
                    pool.setJdbcUrl(url);
                    handedIn(JdbcBackend.create(pool), url);
                }
            } else if (url.startsWith("zookeeper:")) {
                try (CuratorFramework curator = CuratorFrameworkFactory.newClient(
                        url.substring("zookeeper://".length()), new RetryOneTime(100))) {
                    curator.start();
                    handedIn(ZooKeeperBackend.create(curator), url);
                }
            }
        }
    }

    private static void handedIn(LockBackend backend, String url) throws InterruptedException {
        try (LockClient locks = LockClient.using(backend, LockOptions.defaults())) {
            hold(locks, "handed in, " + url);
        }
    }

    private static void hold(LockClient locks, String what) throws InterruptedException {
        try (Lease lease =
                locks.lock("class-path/" + ProcessHandle.current().pid()).acquire(PATIENCE)) {
            lease.ensureValid();
            System.out.println("held " + what.replaceAll("[?].*", ""));
        }
    }
}
