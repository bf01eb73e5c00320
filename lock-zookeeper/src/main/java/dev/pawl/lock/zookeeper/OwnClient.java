package dev.pawl.lock.zookeeper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.client.ZKClientConfig;

/** The client behind a URL: daemon threads only, and closed with its backend. */
final class OwnClient {

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);
    private static final int RETRY_MILLIS = 500;
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final CuratorFramework framework;

    private OwnClient(CuratorFramework framework) {
        this.framework = framework;
    }

    static OwnClient start(ZooKeeperUrl url) {
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(url.servers())
                .sessionTimeoutMs(Math.toIntExact(url.sessionTimeout().toMillis()))
                .connectionTimeoutMs(Math.toIntExact(url.connectPatience().toMillis()))
                .retryPolicy(new RetryForever(RETRY_MILLIS))
                // It reads and watches the list of servers; the URL has it.
                .ensembleTracker(false)
                .threadFactory(daemons())
                .zkClientConfig(config(url));
        ZooKeeperUrl.Credentials credentials = url.credentials();
        if (credentials != null) {
            String identity = credentials.username() + ':' + credentials.password();
            builder.authorization("digest", identity.getBytes(StandardCharsets.UTF_8));
        }
        OwnClient client = new OwnClient(builder.build());
        try {
            client.framework.start();
            return client;
        } catch (Throwable e) {
            client.close(); // it has threads by now
            throw e;
        }
    }

    private static ZKClientConfig config(ZooKeeperUrl url) {
        ZKClientConfig config = new ZKClientConfig();
        String context = url.saslContext();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, Boolean.toString(context != null));
        if (context != null) {
            config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, context);
        }
        return config;
    }

    private static ThreadFactory daemons() {
        return task -> {
            Thread thread = new Thread(task, "pawl-zookeeper-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    CuratorFramework framework() {
        return framework;
    }

    /**
     * Ends the session. Waits a bounded time: a server that does not answer keeps the client's own closing waiting for most of the
     * session timeout, and that then goes on without us.
     */
    void close() {
        Thread closing = daemons().newThread(framework::close);
        closing.start();
        try {
            closing.join(TimeUnit.NANOSECONDS.toMillis(CLOSE_PATIENCE.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
