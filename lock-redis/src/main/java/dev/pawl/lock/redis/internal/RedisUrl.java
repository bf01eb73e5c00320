package dev.pawl.lock.redis.internal;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.cluster.RedisClusterURIUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Redis URL and the settings beside it, as lettuce reads them, but that nothing in it is ignored. Never says a password.
 *
 * @param servers one server, one group of Sentinels, or the cluster's first nodes
 * @param cluster whether they are a cluster
 * @param options the backend's options
 */
public record RedisUrl(List<RedisURI> servers, boolean cluster, RedisOptions options) {

    public static final Set<String> SCHEMES =
            Set.of("redis", "rediss", "redis-sentinel", "rediss-sentinel", "redis-socket");
    public static final String REPLICAS_KEY = "pawl.redis.replicas";
    public static final String TOKEN_RETENTION_KEY = "pawl.redis.token-retention";

    private static final String CLUSTER = "cluster";
    private static final Set<String> PARAMETERS =
            new TreeSet<>(Set.of(CLUSTER, "timeout", "database", "db", "clientname", "verifypeer", "sentinelmasterid"));
    private static final Pattern TIME = Pattern.compile("\\d{1,12}(ns|us|ms|s|m|h|d)?");

    public static RedisUrl parse(BackendSettings settings) {
        URI uri = uri(settings.url());
        boolean cluster = false;
        boolean timeout = false;
        String query = uri.getQuery();
        for (String parameter : query == null ? new String[0] : query.split("[&;]", -1)) {
            int equals = parameter.indexOf('=');
            String key = (equals < 0 ? parameter : parameter.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (!PARAMETERS.contains(key)) {
                throw new LockConfigException("pawl.url: unknown parameter '" + key + "'; known are " + PARAMETERS);
            }
            if (key.equals(CLUSTER)) {
                cluster = isTrue(value);
            } else if (key.equals("timeout")) {
                timeout = true;
                refuseUnlessTime("pawl.url: parameter timeout", value);
            }
        }
        RedisURI first = redisUri(uri);
        List<RedisURI> servers = cluster ? nodes(uri, first) : single(first);
        servers.forEach(server -> authenticate(server, settings));
        Duration ioTimeout = timeout ? first.getTimeout() : RedisOptions.DEFAULTS.ioTimeout();
        servers.forEach(server -> server.setTimeout(ioTimeout));
        return new RedisUrl(servers, cluster, options(settings, ioTimeout));
    }

    /** Host and port, where there is a single one before anything is connected. */
    public @Nullable String server() {
        RedisURI only = servers.get(0);
        return servers.size() > 1 || only.getHost() == null ? null : Address.text(only.getHost(), only.getPort());
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
        return List.of(server);
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
    }

    private static RedisOptions options(BackendSettings settings, Duration ioTimeout) {
        try {
            RedisOptions options =
                    RedisOptions.DEFAULTS.withNamespace(settings.namespace()).withIoTimeout(ioTimeout);
            String replicas = settings.properties().get(REPLICAS_KEY);
            if (replicas != null) {
                options = options.withReplicas(number(replicas));
            }
            String retention = settings.properties().get(TOKEN_RETENTION_KEY);
            return retention == null ? options : options.withTokenRetention(time(retention));
        } catch (IllegalArgumentException e) {
            throw new LockConfigException("pawl.url and pawl.redis.*: " + e.getMessage(), e);
        }
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new LockConfigException(REPLICAS_KEY + "=" + value + ": not a whole number");
        }
    }

    private static Duration time(String value) {
        String text = value.strip().toLowerCase(Locale.ROOT);
        refuseUnlessTime(TOKEN_RETENTION_KEY, text);
        int unit = 0;
        while (unit < text.length() && Character.isDigit(text.charAt(unit))) {
            unit++;
        }
        long count = Long.parseLong(text.substring(0, unit));
        return switch (text.substring(unit)) {
            case "ns" -> Duration.ofNanos(count);
            case "us" -> Duration.of(count, ChronoUnit.MICROS);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofMillis(count);
        };
    }

    private static void refuseUnlessTime(String key, @Nullable String value) {
        if (value == null || !TIME.matcher(value.toLowerCase(Locale.ROOT)).matches()) {
            throw new LockConfigException(key + "=" + value + ": not a time; such as 500ms, 3s or 7d");
        }
    }
}
