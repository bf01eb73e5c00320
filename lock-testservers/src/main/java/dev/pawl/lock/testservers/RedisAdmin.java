package dev.pawl.lock.testservers;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.function.Function;

/** Short conversations with one server each. */
final class RedisAdmin {

    /** A server that is up answers in far less, even on a busy machine. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final RedisClient client = create();

    private RedisAdmin() {}

    private static RedisClient create() {
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .socketOptions(SocketOptions.builder().connectTimeout(TIMEOUT).build())
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .build());
        return client;
    }

    static RedisURI uri(int port) {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(TIMEOUT)
                .build();
    }

    static String info(int port, String section) {
        return ask(port, redis -> redis.info(section));
    }

    /** Whether it answers, has loaded its data, and takes writes. */
    static boolean isMaster(int port) {
        return ask(port, redis -> {
            // One that still loads answers INFO, and nothing else: PING is refused.
            redis.ping();
            return redis.info("replication").contains("role:master");
        });
    }

    static <T> T ask(int port, Function<RedisCommands<String, String>, T> question) {
        try (StatefulRedisConnection<String, String> connection = client.connect(uri(port))) {
            return question.apply(connection.sync());
        }
    }
}
