package dev.pawl.lock.redis.internal;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which Redis it is: one that is too old is refused at the start, and not by a script that fails at the first lock. */
public final class Version {

    /** The scripts use {@code SET … GET}. */
    private static final int LEAST_MAJOR = 6;

    private static final int LEAST_MINOR = 2;
    private static final Pattern LINE = Pattern.compile("(?m)^redis_version:((\\d{1,6})\\.(\\d{1,6})\\S*)");

    private final CompletableFuture<String> info;

    Version(CompletableFuture<String> info) {
        this.info = info;
    }

    /** Waits for the server to tell. One that does not know the question, or does not let this user ask it, is taken as it is. */
    public void check(Duration patience) throws ExecutionException, TimeoutException, InterruptedException {
        try {
            check(info.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof RedisCommandExecutionException)) {
                throw e;
            }
        }
    }

    static void check(String info) {
        Matcher version = LINE.matcher(info);
        if (version.find()) {
            int major = Integer.parseInt(version.group(2));
            if (major < LEAST_MAJOR || (major == LEAST_MAJOR && Integer.parseInt(version.group(3)) < LEAST_MINOR)) {
                throw new TooOld(version.group(1));
            }
        }
    }

    /** Goes on to be said in a fault. */
    static final class TooOld extends RedisException {
        private static final long serialVersionUID = 1L;

        TooOld(String version) {
            super("is of version " + version + ", and " + LEAST_MAJOR + "." + LEAST_MINOR + " or newer is needed");
        }
    }
}
