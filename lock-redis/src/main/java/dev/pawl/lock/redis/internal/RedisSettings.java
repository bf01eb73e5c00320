package dev.pawl.lock.redis.internal;

import java.util.Set;

/** The names by which Redis is configured. Loads nothing of lettuce: an application may have a backend that it does not use. */
public final class RedisSettings {

    public static final Set<String> SCHEMES =
            Set.of("redis", "rediss", "redis-sentinel", "rediss-sentinel", "redis-socket");
    public static final String REPLICAS_KEY = "pawl.redis.replicas";
    public static final String TOKEN_RETENTION_KEY = "pawl.redis.token-retention";

    public static final String SENTINEL_PASSWORD_KEY = "pawl.redis.sentinel-password";

    private RedisSettings() {}
}
