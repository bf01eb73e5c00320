package dev.pawl.lock.testservers;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** All processes of a fixture in one container, so that they reach each other at 127.0.0.1 as their clients do. */
final class DockerProcesses implements ServerProcesses {

    private final WatchedContainer container;

    /** A signal costs a process in the container, and whoever heals lets all go on. */
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();

    /**
     * A place for processes on these ports of the loopback address.
     *
     * @param service the image's key
     * @param ports all ports that will ever be used
     */
    DockerProcesses(String service, List<Integer> ports) {
        container = new WatchedContainer(Images.of(service), ports);
    }

    @Override
    public String address() {
        return "0.0.0.0";
    }

    @Override
    public void start(List<ServerNode> nodes, boolean keepData) {
        container.run(nodes.stream().map(node -> startScript(node, keepData)).collect(Collectors.joining("\n")));
    }

    private String startScript(ServerNode node, boolean keepData) {
        StringBuilder script = new StringBuilder("mkdir -p ")
                .append(directory(node.port()))
                .append(" && cd ")
                .append(directory(node.port()))
                .append(" || exit 1\n");
        if (!keepData) {
            script.append("rm -rf data\n");
        }
        script.append("mkdir -p data\n");
        node.files().forEach((name, content) -> script.append(file("data/" + name, content)));
        script.append(file("start", node.start())).append(file("after-kill", node.afterKill()));
        return script.append("(cd data && ADDRESS=" + address() + " exec sh ../start) >>log 2>&1 </dev/null &\n")
                .append("echo $! >pid")
                .toString();
    }

    private static String file(String name, String content) {
        return "cat >" + name + " <<'END-OF-FILE'\n" + content + "\nEND-OF-FILE\n";
    }

    @Override
    public void signal(Signal signal, Collection<Integer> ports) {
        String script = ports.stream()
                .filter(port -> signal != Signal.CONT || stopped.contains(port))
                .map(port -> signalScript(signal, port))
                .collect(Collectors.joining("\n"));
        if (signal == Signal.STOP) {
            stopped.addAll(ports);
        }
        if (!script.isEmpty()) {
            container.run(ProcessTree.FUNCTIONS + script);
        }
        if (signal != Signal.STOP) {
            stopped.removeAll(ports);
        }
    }

    private static String signalScript(Signal signal, int port) {
        String script = "cd " + directory(port) + " && send " + signal + " $(cat pid)";
        return signal == Signal.KILL ? script + "\n(cd data && sh ../after-kill) >>log 2>&1\nrm -f pid" : script;
    }

    @Override
    public List<String> log(int port) {
        return container.run("cat " + directory(port) + "/log").lines().toList();
    }

    @Override
    public void clearLog(int port) {
        container.run(": >" + directory(port) + "/log");
    }

    private static String directory(int port) {
        return "/data/" + port;
    }

    @Override
    public void close() {
        container.close();
    }
}
