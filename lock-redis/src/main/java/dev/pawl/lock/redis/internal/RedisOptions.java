package dev.pawl.lock.redis.internal;

import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The options of a backend, refused here when they are wrong.
 *
 * @param namespace prefix of every key and channel
 * @param tokenRetention how long the last token of an unused name is kept
 * @param replicas how many replicas must confirm a grant
 * @param ioTimeout the longest that one request may take
 */
public record RedisOptions(String namespace, Duration tokenRetention, int replicas, Duration ioTimeout) {

    /** As in the configuration: what separates the parts of keys and channels has no place in it. */
    private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** Redis refuses a life that overflows when it is added to the time of day. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    public static final RedisOptions DEFAULTS = new RedisOptions("pawl", Duration.ofDays(7), 0, Duration.ofSeconds(3));

    public RedisOptions {
        Objects.requireNonNull(namespace, "namespace");
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new IllegalArgumentException("namespace '" + namespace
                    + "': must be 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit");
        }
        within("tokenRetention", tokenRetention, Duration.ofMinutes(1), LONGEST);
        within("ioTimeout", ioTimeout, Duration.ofMillis(10), Duration.ofHours(1));
        if (replicas < 0) {
            throw new IllegalArgumentException("replicas " + replicas + ": must be 0 or more");
        }
    }

    public RedisOptions withNamespace(String value) {
        return new RedisOptions(value, tokenRetention, replicas, ioTimeout);
    }

    public RedisOptions withTokenRetention(Duration value) {
        return new RedisOptions(namespace, value, replicas, ioTimeout);
    }

    public RedisOptions withReplicas(int value) {
        return new RedisOptions(namespace, tokenRetention, value, ioTimeout);
    }

    public RedisOptions withIoTimeout(Duration value) {
        return new RedisOptions(namespace, tokenRetention, replicas, value);
    }

    private static void within(String parameter, Duration value, Duration least, Duration most) {
        Objects.requireNonNull(value, parameter);
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(parameter + " " + value + ": must be between " + least + " and " + most);
        }
    }
}
