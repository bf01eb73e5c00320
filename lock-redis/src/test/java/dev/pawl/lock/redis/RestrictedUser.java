package dev.pawl.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.RedisServers;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A user of Redis with the rights that a page lists, and no more. */
public final class RestrictedUser {

    static final String USER = "shop";
    static final String PASSWORD = "shop-secret";

    /** What every page lists. */
    public static final String LOCKS = "+evalsha +eval +subscribe +ping";

    public static final String KEYS = "~{pawl:*";
    public static final String CHANNELS = "&pawl:wake:*";

    private RestrictedUser() {}

    private static String page(String file) {
        try {
            return Files.readString(Path.of("../docs/" + file)).replaceAll("\\s+", " ");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A list of commands that a page has in code. */
    public static String listed(String file, String commands) {
        assertThat(page(file)).contains("`" + commands + "`");
        return commands;
    }

    static String acl(RedisCommands<String, String> redis, String... words) {
        CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
        List.of(words).forEach(args::add);
        return redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
    }

    public static void withUser(RedisServers servers, String rights, Runnable body) {
        servers.heal();
        String[] words = ("SETUSER " + USER + " reset on >" + PASSWORD + " " + rights).split(" ");
        servers.onEachMaster(redis -> acl(redis, words));
        try {
            body.run();
        } finally {
            servers.onEachMaster(redis -> acl(redis, "SETUSER", USER, "reset"));
        }
    }

    static LockClient connect(String url, String... settings) {
        LockConfig.Builder config = LockConfig.builder().url(url).username(USER).password(PASSWORD);
        for (String setting : settings) {
            config.property(setting.split("=", 2)[0], setting.split("=", 2)[1]);
        }
        return LockClient.connect(config.build());
    }

    /** Uses a lock as two clients do, of which one waits for the other. */
    public static void usesLocks(String name, String url, String... settings) {
        try (LockClient holder = connect(url, settings);
                LockClient waiter = connect(url, settings)) {
            Lease held = Bench.hold(holder, name);
            assertThat(waiter.lock(name).tryAcquire()).isEmpty();
            CompletableFuture<Lease> next = waiter.lock(name).acquireAsync(Duration.ofSeconds(20));
            held.close();
            Bench.get(next).close();
            Bench.get(holder.lockAll(List.of(name, name + "-2")).acquireAsync()).close();
        }
    }
}
