package dev.pawl.lock.redis.internal;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.Durations;
import dev.pawl.lock.spi.HostAndPort;
import dev.pawl.lock.spi.UrlParameters;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import io.lettuce.core.resource.EpollProvider;
import io.lettuce.core.resource.KqueueProvider;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Redis URL and the settings beside it, as lettuce reads them, but that nothing in it is ignored. Never says a password.
 *
 * @param servers one server, one group of Sentinels, or the cluster's first nodes
 * @param cluster whether they are a cluster
 * @param options the backend's options
 */
public record RedisUrl(List<RedisURI> servers, boolean cluster, RedisOptions options) {

    private static final String CLUSTER = "cluster";
    private static final String TIMEOUT = "timeout";
    private static final List<String> PARAMETERS =
            List.of(CLUSTER, TIMEOUT, "database", "db", "clientName", "verifyPeer", "sentinelMasterId");

    public static RedisUrl parse(BackendSettings settings) {
        URI uri = uri(settings.url());
        Map<String, String> parameters = UrlParameters.parse(uri.getQuery(), PARAMETERS);
        boolean cluster = parameters.containsKey(CLUSTER) && isTrue(parameters.get(CLUSTER));
        Duration ioTimeout = parameters.containsKey(TIMEOUT)
                ? Durations.parse("pawl.url: parameter timeout", parameters.get(TIMEOUT))
                : RedisOptions.DEFAULTS.ioTimeout();
        uri = withoutTimeout(uri);
        RedisURI first = redisUri(uri);
        List<RedisURI> servers = cluster ? nodes(uri, first) : single(first);
        if (first.getSocket() != null && !EpollProvider.isAvailable() && !KqueueProvider.isAvailable()) {
            throw new LockConfigException(
                    "pawl.url: a Unix socket needs netty's native transport, which is not there or does not"
                            + " fit this system; add io.netty:netty-transport-native-epoll (Linux) or"
                            + " io.netty:netty-transport-native-kqueue (macOS), each with the classifier of the system, such as"
                            + " linux-x86_64, in the version of the netty that is there");
        }
        servers.forEach(server -> authenticate(server, settings));
        for (RedisURI server : servers) {
            server.setTimeout(ioTimeout);
        }
        return new RedisUrl(servers, cluster, options(settings, ioTimeout));
    }

    /** Host and port, where there is a single one before anything is connected. */
    public @Nullable String server() {
        RedisURI only = servers.get(0);
        return servers.size() > 1 || only.getHost() == null ? null : Address.text(only.getHost(), only.getPort());
    }

    /** lettuce would read it by a grammar of its own. */
    private static URI withoutTimeout(URI uri) {
        String query = uri.getRawQuery();
        if (query == null) {
            return uri;
        }
        String rest = Arrays.stream(query.split("[&;]", -1))
                .filter(parameter -> !parameter.toLowerCase(Locale.ROOT).startsWith(TIMEOUT + "="))
                .collect(Collectors.joining("&"));
        return URI.create(uri.toString().replace("?" + query, rest.isEmpty() ? "" : "?" + rest));
    }

    /** The message of an exception from here would repeat the URL, and its password with it. */
    private static URI uri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw new LockConfigException("pawl.url: " + e.getReason() + " at index " + e.getIndex()
                    + "; characters such as @ / ? # % in a password are percent-encoded, or set pawl.password");
        }
    }

    private static RedisURI redisUri(URI uri) {
        if (uri.getScheme() == null) {
            throw new LockConfigException("pawl.url: no scheme; such as redis://host:6379");
        }
        try {
            return RedisURI.create(uri);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url: " + uri.getScheme() + " URL without "
                    + (uri.getScheme().contains("sentinel")
                            ? "#master or a host"
                            : "a host, or with a bad port or database")
                    + "; such as redis://host:6379/0, redis://h1,h2/?cluster=true or redis-sentinel://h1,h2#master");
        }
    }

    private static boolean isTrue(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new LockConfigException("pawl.url: cluster=" + value + "; must be true or false");
        };
    }

    private static List<RedisURI> single(RedisURI server) {
        String host = server.getHost();
        if (server.getSentinels().isEmpty() && host != null && host.indexOf(',') >= 0) {
            throw new LockConfigException("pawl.url: several hosts; add ?cluster=true if they are a Redis Cluster,"
                    + " or use redis-sentinel:// or redlock://");
        }
        if (host != null) {
            splitPort(server, host);
        }
        return List.of(server);
    }

    /** The JDK knows no host with an underscore in it, as Docker Compose makes them; lettuce then takes the port for its end. */
    private static void splitPort(RedisURI server, String host) {
        if (host.indexOf(':') < 0 || host.indexOf(':') != host.lastIndexOf(':')) {
            return;
        }
        try {
            HostAndPort read = HostAndPort.parse(host);
            server.setHost(read.host());
            read.port().ifPresent(server::setPort);
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url: " + e.getMessage() + "; such as redis://host:6379/0", e);
        }
    }

    private static List<RedisURI> nodes(URI uri, RedisURI first) {
        if (!first.getSentinels().isEmpty() || first.getSocket() != null) {
            throw new LockConfigException("pawl.url: cluster=true goes with redis:// and rediss:// only");
        }
        if (first.getDatabase() != 0) {
            throw new LockConfigException("pawl.url: a Redis Cluster has database 0 only");
        }
        try {
            List<RedisURI> nodes = RedisClusterURIUtil.toRedisURIs(uri);
            nodes.forEach(node -> node.setClientName(first.getClientName()));
            return nodes;
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url: a host or port of the cluster is not valid");
        }
    }

    private static void authenticate(RedisURI server, BackendSettings settings) {
        String password = settings.password();
        if (password != null) {
            server.setCredentialsProvider(new StaticCredentialsProvider(settings.username(), password.toCharArray()));
        } else if (settings.username() != null) {
            throw new LockConfigException("pawl.username without pawl.password");
        }
        String ofSentinels = settings.properties().get(RedisSettings.SENTINEL_PASSWORD_KEY);
        if (ofSentinels != null) {
            server.getSentinels().forEach(sentinel -> sentinel.setAuthentication(ofSentinels.toCharArray()));
        }
    }

    private static RedisOptions options(BackendSettings settings, Duration ioTimeout) {
        try {
            RedisOptions options =
                    RedisOptions.DEFAULTS.withNamespace(settings.namespace()).withIoTimeout(ioTimeout);
            String replicas = settings.properties().get(RedisSettings.REPLICAS_KEY);
            if (replicas != null) {
                options = options.withReplicas(number(replicas));
            }
            String retention = settings.properties().get(RedisSettings.TOKEN_RETENTION_KEY);
            return retention == null
                    ? options
                    : options.withTokenRetention(Durations.parse(RedisSettings.TOKEN_RETENTION_KEY, retention));
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url and pawl.redis.*: " + e.getMessage(), e);
        }
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new LockConfigException(RedisSettings.REPLICAS_KEY + "=" + value + ": not a whole number");
        }
    }
}
