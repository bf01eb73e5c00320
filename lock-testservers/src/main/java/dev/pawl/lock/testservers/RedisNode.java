package dev.pawl.lock.testservers;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One server process of a topology, and the files that it starts from.
 *
 * @param port where it listens
 * @param sentinel whether it is a sentinel, not a server of data
 * @param files name and content of each; {@code redis.conf} is the one it is started with
 */
record RedisNode(int port, boolean sentinel, Map<String, String> files) {

    private static final String CONFIG = "redis.conf";

    /**
     * A server of data whose writes survive {@code kill -9}: for that they must have reached the kernel, not the disk, and
     * {@code appendfsync no} hands each over before its reply.
     */
    static RedisNode data(int port, String config) {
        return new RedisNode(port, false, Map.of(CONFIG, base(port) + """
                save ""
                appendonly yes
                appendfsync no
                repl-diskless-sync yes
                repl-diskless-sync-delay 0
                """ + config));
    }

    static RedisNode sentinel(int port, String config) {
        return new RedisNode(port, true, Map.of(CONFIG, base(port) + config));
    }

    private static String base(int port) {
        return "port " + port + "\nprotected-mode no\n";
    }

    /** This node with one more file. */
    RedisNode with(String file, String content) {
        return new RedisNode(port, sentinel, plus(file, content));
    }

    /** The process to start. */
    ServerNode listeningOn(String address) {
        return new ServerNode(
                port,
                plus(CONFIG, files.get(CONFIG) + "bind " + address + "\n"),
                "exec redis-server " + CONFIG + (sentinel ? " --sentinel" : ""),
                "");
    }

    private Map<String, String> plus(String file, String content) {
        return Stream.concat(files.entrySet().stream(), Map.of(file, content).entrySet().stream())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (old, added) -> added));
    }
}
