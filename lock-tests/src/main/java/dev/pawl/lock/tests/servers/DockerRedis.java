package dev.pawl.lock.tests.servers;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** All processes of a topology in one container, so that they reach each other at 127.0.0.1 as their clients do. */
final class DockerRedis implements RedisProcesses {

    private final WatchedContainer container;

    DockerRedis(List<Integer> ports) {
        container = new WatchedContainer(Images.of("redis"), ports);
    }

    @Override
    public void start(List<RedisNode> nodes, boolean keepData) {
        container.run(nodes.stream().map(node -> startScript(node, keepData)).collect(Collectors.joining("\n")));
    }

    private static String startScript(RedisNode node, boolean keepData) {
        RedisNode daemon = node.configured("""
                bind 0.0.0.0
                daemonize yes
                pidfile pid
                logfile log
                """);
        StringBuilder script = new StringBuilder();
        if (!keepData) {
            script.append("rm -rf /data/").append(node.port()).append("; ");
        }
        script.append("mkdir -p /data/").append(node.port());
        script.append(" && cd /data/").append(node.port()).append(" || exit 1\n");
        daemon.files()
                .forEach((name, content) -> script.append("cat >")
                        .append(name)
                        .append(" <<'END'\n")
                        .append(content)
                        .append("END\n"));
        script.append("redis-server ").append(RedisNode.CONFIG).append(node.sentinel() ? " --sentinel" : "");
        return script.append(" || exit 1").toString();
    }

    @Override
    public void signal(Signal signal, Collection<Integer> ports) {
        if (ports.isEmpty()) {
            return;
        }
        String pids = ports.stream().map(port -> "/data/" + port + "/pid").collect(Collectors.joining(" "));
        container.run(
                switch (signal) {
                    case STOP, CONT -> "for pid in $(cat " + pids + "); do kill -" + signal + " $pid; done; true";
                    case KILL ->
                        "for pid in $(cat " + pids + "); do kill -KILL $pid; done; "
                                + "for pid in $(cat " + pids + "); do while kill -0 $pid; do sleep 0.01; done; done; "
                                + "rm -f " + pids;
                });
    }

    @Override
    public String log(int port) {
        return container.run("tail -n 20 /data/" + port + "/log");
    }

    @Override
    public void close() {
        container.close();
    }
}
