package dev.pawl.lock.zookeeper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/**
 * The options of a backend, refused here when they are wrong.
 *
 * @param namespace the node under which all locks are
 * @param acl who may do what with the nodes that are made
 * @param ioTimeout the longest that one request may take
 */
record ZooKeeperOptions(String namespace, List<ACL> acl, Duration ioTimeout) {

    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The service's own node. */
    private static final String RESERVED = "zookeeper";

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    static final ZooKeeperOptions DEFAULTS =
            new ZooKeeperOptions("pawl", ZooDefs.Ids.OPEN_ACL_UNSAFE, Duration.ofSeconds(3));

    ZooKeeperOptions {
        Objects.requireNonNull(namespace, "namespace");
        if (!NAMESPACE.matcher(namespace).matches() || namespace.equals(RESERVED)) {
            throw new IllegalArgumentException("namespace '" + namespace
                    + "': must be 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, and not '"
                    + RESERVED + "'");
        }
        // Not List.copyOf: ZooKeeper's client asks whether it contains null, which that answers with an exception.
        acl = Collections.unmodifiableList(new ArrayList<>(acl));
        if (acl.isEmpty() || acl.contains(null)) {
            throw new IllegalArgumentException("acl: is empty or has a null in it; ZooKeeper needs at least one entry");
        }
        Objects.requireNonNull(ioTimeout, "ioTimeout");
        if (ioTimeout.compareTo(SHORTEST) < 0 || ioTimeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "ioTimeout " + ioTimeout + ": must be between " + SHORTEST + " and " + LONGEST);
        }
    }

    ZooKeeperOptions withNamespace(String value) {
        return new ZooKeeperOptions(value, acl, ioTimeout);
    }

    ZooKeeperOptions withAcl(List<ACL> value) {
        return new ZooKeeperOptions(namespace, value, ioTimeout);
    }

    ZooKeeperOptions withIoTimeout(Duration value) {
        return new ZooKeeperOptions(namespace, acl, value);
    }
}
