package dev.pawl.lock.testservers;

import java.util.Map;

/**
 * One server process, with the processes it makes.
 *
 * @param port where it listens
 * @param files name and content of what it finds in its working directory, which holds its data
 * @param start a shell script that ends in {@code exec} of the server; {@code $ADDRESS} is where to listen, {@code ..} a
 *     directory that outlives the data
 * @param afterKill a shell script that removes what keeps a killed server from starting again
 */
record ServerNode(int port, Map<String, String> files, String start, String afterKill) {

    /** The beginning of a start script for a server that refuses to be root: goes on as nobody, who owns the directories then. */
    static final String NOT_AS_ROOT = """
            if [ "$(id -u)" = 0 ]; then
                chown 65534:65534 . .. ../log
                if command -v setpriv >/dev/null; then
                    exec setpriv --reuid=65534 --regid=65534 --clear-groups sh ../start
                fi
                exec gosu 65534:65534 sh ../start   # in the images that have no setpriv
            fi
            """;
}
