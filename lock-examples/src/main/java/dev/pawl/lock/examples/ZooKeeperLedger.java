package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.zookeeper.ZooKeeperFencingGuard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.ExponentialBackoffRetry;

/** Books in nodes of the ZooKeeper that the locks are in. */
final class ZooKeeperLedger implements Ledger {

    private static final String ROOT = "/pawl-demo";

    private final CuratorFramework client;
    private final ZooKeeperFencingGuard guard;

    ZooKeeperLedger(String url) throws IOException {
        client = CuratorFrameworkFactory.newClient(
                url.replaceAll("^[a-z]+://|\\?.*$", ""), new ExponentialBackoffRetry(100, 5));
        client.start();
        guard = ZooKeeperFencingGuard.create(client);
        ask(() -> {
            client.createContainers(ROOT);
            return true;
        });
    }

    private interface Question<T> {
        T ask() throws Exception;
    }

    private static <T> T ask(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (Exception e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String node(String entry) {
        return ROOT + "/" + entry;
    }

    @Override
    public String guard() {
        return ZooKeeperFencingGuard.class.getSimpleName();
    }

    @Override
    public String read(String entry) throws IOException {
        return ask(() -> {
            client.sync().forPath(node(entry));
            return new String(client.getData().forPath(node(entry)), StandardCharsets.UTF_8);
        });
    }

    @Override
    public void write(String entry, String text) throws IOException {
        String unused =
                ask(() -> client.create().orSetData().forPath(node(entry), text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void write(FencingToken token, String entry, String text) {
        guard.set(token, node(entry), text.getBytes(StandardCharsets.UTF_8));
    }

    /** The fence stays: its lock is that of every run. */
    @Override
    public void remove(String entry) throws IOException {
        ask(() -> {
            client.delete().quietly().forPath(node(entry));
            return true;
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
