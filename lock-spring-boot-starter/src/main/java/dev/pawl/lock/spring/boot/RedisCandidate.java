package dev.pawl.lock.spring.boot;

import dev.pawl.lock.redis.RedisBackend;
import dev.pawl.lock.spi.LockBackend;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A backend on the Redis client of the application. Apart, since the application may have none. */
final class RedisCandidate {

    private RedisCandidate() {}

    static LockBackend backend(BeanFactory beans, String bean, PawlSettings settings) {
        AbstractRedisClient client =
                beans.getBean(bean, LettuceConnectionFactory.class).getRequiredNativeClient();
        RedisBackend.Builder builder = client instanceof RedisClusterClient cluster
                ? RedisBackend.builder(cluster)
                : RedisBackend.builder((RedisClient) client);
        settings.with("pawl.namespace", builder::namespace);
        settings.duration("pawl.redis.token-retention", builder::tokenRetention);
        settings.with("pawl.redis.replicas", text -> builder.replicas(Integer.parseInt(text)));
        return builder.build();
    }
}
