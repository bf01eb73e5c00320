package dev.pawl.lock.zookeeper;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Durations;
import dev.pawl.lock.spi.HostAndPort;
import dev.pawl.lock.spi.UrlParameters;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.common.PathUtils;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * {@code zookeeper://h1:2181,h2:2181/chroot} and the settings beside it. Nothing in it is ignored. Never says a password.
 *
 * @param servers hosts, ports and chroot as ZooKeeper's client reads them
 * @param sessionTimeout what the service is asked for; it may grant more or less
 * @param credentials of the digest scheme, or null
 * @param saslContext the JAAS section to log in with, or null
 * @param options the backend's options
 */
record ZooKeeperUrl(
        String servers,
        Duration sessionTimeout,
        @Nullable Credentials credentials,
        @Nullable String saslContext,
        ZooKeeperOptions options) {

    static final String SCHEME = "zookeeper";
    static final String ACL_KEY = "pawl.zookeeper.acl";
    static final String SASL_KEY = "pawl.zookeeper.sasl";

    private static final String TIMEOUT = "timeout";
    private static final String SESSION_TIMEOUT = "sessionTimeout";

    /** Not {@code java.net.URI}: it knows no list of hosts with an IPv6 address in it. */
    private static final Pattern URL = Pattern.compile("[^:/]+://([^/?#\\s]+)([^?#\\s]*)(?:\\?([^#\\s]*))?");

    private static final Duration USUAL_SESSION = Duration.ofSeconds(15);
    private static final Duration SHORTEST_SESSION = Duration.ofMillis(100);
    private static final Duration LONGEST_SESSION = Duration.ofHours(1);

    /**
     * A user of ZooKeeper's digest scheme. Its text form hides the password.
     *
     * @param username the user
     * @param password the password
     */
    record Credentials(String username, String password) {
        @Override
        public String toString() {
            return "Credentials[***]";
        }
    }

    static ZooKeeperUrl parse(BackendSettings settings) {
        Matcher url = URL.matcher(settings.url());
        if (!url.matches()) {
            throw new LockConfigException("pawl.url: no host, or a '#' or a space where none may be; such as"
                    + " zookeeper://host1:2181,host2:2181/chroot");
        }
        String authority = url.group(1);
        int at = authority.lastIndexOf('@');
        String hosts = authority.substring(at + 1);
        if (url.group(2).indexOf('@') >= 0) {
            // Before a host is named that may be a piece of a password.
            throw new LockConfigException(
                    "pawl.url: an '@' behind the servers; characters such as @ / ? # % in a password"
                            + " are percent-encoded, or set pawl.password");
        }
        checkHosts(hosts);
        Credentials credentials = credentials(at < 0 ? null : authority.substring(0, at), settings);
        Map<String, String> parameters = UrlParameters.parse(url.group(3), List.of(TIMEOUT, SESSION_TIMEOUT));
        String timeout = parameters.get(TIMEOUT);
        @Nullable Duration ioTimeout = timeout == null ? null : Durations.parse("pawl.url: parameter timeout", timeout);
        String session = parameters.get(SESSION_TIMEOUT);
        Duration sessionTimeout = session == null ? USUAL_SESSION : sessionTime(session);
        if (ioTimeout != null && ioTimeout.compareTo(sessionTimeout) > 0) {
            throw new LockConfigException("pawl.url: parameter timeout: is longer than sessionTimeout, "
                    + sessionTimeout + "; what is answered so late is lost again");
        }
        String sasl = settings.properties().get(SASL_KEY);
        if (sasl != null && sasl.isBlank()) {
            throw new LockConfigException(
                    SASL_KEY + ": is blank; the name of a section of the JAAS configuration is needed");
        }
        List<ACL> acl = acl(settings.properties().get(ACL_KEY), credentials != null || sasl != null);
        return new ZooKeeperUrl(
                hosts + chroot(decoded("pawl.url: the chroot", url.group(2))),
                sessionTimeout,
                credentials,
                sasl,
                options(settings.namespace(), acl, ioTimeout == null ? usualTimeout(sessionTimeout) : ioTimeout));
    }

    private static Duration usualTimeout(Duration sessionTimeout) {
        Duration usual = ZooKeeperOptions.DEFAULTS.ioTimeout();
        return usual.compareTo(sessionTimeout) > 0 ? sessionTimeout : usual;
    }

    /** A dead server among several is found out only after a share of the session timeout. */
    Duration connectPatience() {
        return sessionTimeout.compareTo(options.ioTimeout()) > 0 ? sessionTimeout : options.ioTimeout();
    }

    /** How long to wait for the first connection: of one server that is dead nothing can be hoped for. */
    Duration startPatience() {
        return servers.indexOf(',') < 0 ? options.ioTimeout() : connectPatience();
    }

    private static void checkHosts(String hosts) {
        try {
            for (String host : hosts.split(",", -1)) {
                HostAndPort.parse(host);
            }
        } catch (IllegalArgumentException e) {
            throw new LockConfigException(
                    "pawl.url: " + e.getMessage() + "; such as zookeeper://host1:2181,host2:2181/chroot", e);
        }
    }

    private static String chroot(String path) {
        if (path.isEmpty() || path.equals("/")) {
            return "";
        }
        try {
            PathUtils.validatePath(path);
        } catch (IllegalArgumentException e) {
            // Its message would repeat what may be no text.
            throw new LockConfigException(
                    "pawl.url: what follows the servers is no path of ZooKeeper; such as /apps/shop");
        }
        return path;
    }

    private static @Nullable Credentials credentials(@Nullable String userInfo, BackendSettings settings) {
        String username = settings.username();
        String password = settings.password();
        if (userInfo != null) {
            int colon = userInfo.indexOf(':');
            if (colon < 1 || username != null || password != null) {
                throw new LockConfigException(
                        "pawl.url: what is before the '@' must be user:password, and the only credentials");
            }
            username = decoded("pawl.url: the user", userInfo.substring(0, colon));
            password = decoded("pawl.url: the password", userInfo.substring(colon + 1));
        }
        if (username == null && password == null) {
            return null;
        }
        if (username == null || password == null) {
            throw new LockConfigException("ZooKeeper's digest scheme needs both, but there is "
                    + (username == null ? "pawl.password" : "pawl.username") + " without "
                    + (username == null ? "pawl.username" : "pawl.password"));
        }
        if (username.isEmpty() || username.indexOf(':') >= 0) {
            throw new LockConfigException("pawl.username: must not be empty or hold a ':'");
        }
        return new Credentials(username, password);
    }

    private static String decoded(String what, String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // Its message would repeat what may be a password.
            throw new LockConfigException(what + ": a '%' must be followed by two hexadecimal digits");
        }
    }

    private static List<ACL> acl(@Nullable String value, boolean authenticated) {
        String chosen = value != null ? value.strip() : authenticated ? "creator" : "open";
        return switch (chosen) {
            case "open" -> ZooDefs.Ids.OPEN_ACL_UNSAFE;
            case "creator" -> {
                if (!authenticated) {
                    throw new LockConfigException(ACL_KEY
                            + "=creator: needs credentials; set pawl.username and pawl.password, or " + SASL_KEY);
                }
                yield ZooDefs.Ids.CREATOR_ALL_ACL;
            }
            default -> throw new LockConfigException(ACL_KEY + "=" + chosen + ": must be open or creator");
        };
    }

    private static ZooKeeperOptions options(String namespace, List<ACL> acl, Duration ioTimeout) {
        try {
            return ZooKeeperOptions.DEFAULTS
                    .withNamespace(namespace)
                    .withAcl(acl)
                    .withIoTimeout(ioTimeout);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url and pawl.namespace: " + e.getMessage(), e);
        }
    }

    private static Duration sessionTime(String value) {
        Duration time = Durations.parse("pawl.url: parameter sessionTimeout", value);
        if (time.compareTo(SHORTEST_SESSION) < 0 || time.compareTo(LONGEST_SESSION) > 0) {
            throw new LockConfigException("pawl.url: parameter sessionTimeout=" + value + ": must be between "
                    + SHORTEST_SESSION + " and " + LONGEST_SESSION);
        }
        return time;
    }
}
