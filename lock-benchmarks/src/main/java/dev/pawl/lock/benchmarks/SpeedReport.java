package dev.pawl.lock.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.DistributedLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.memory.MemoryBackend;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooKeeper;
import org.openjdk.jmh.infra.Blackhole;

/** Measures what Pawl promises about its speed, and says whether it holds. */
final class SpeedReport {

    private static final int MANY = 16;
    private static final int WATCHED_PAIRS = 200;

    /** As many connections as Pawl's own pool has. */
    private static final int POOL = 4;

    /** About two microseconds. */
    private static final long WORK = 2_000;

    private final SpeedOptions options;
    private final Redis redis;
    private final LockClient onRedis;
    private final LockClient inMemory;
    private final Table table;

    private SpeedReport(SpeedOptions options, Redis redis, LockClient onRedis, LockClient inMemory, Table table) {
        this.options = options;
        this.redis = redis;
        this.onRedis = onRedis;
        this.inMemory = inMemory;
        this.table = table;
    }

    /** Prints each row as soon as it is measured. */
    static Table run(SpeedOptions options, PrintStream out) throws IOException, InterruptedException {
        try (Redis redis = Redis.open(options.url());
                LockClient onRedis = redis.locks();
                LockClient inMemory = LockClient.using(MemoryBackend.create(), LockOptions.defaults())) {
            Table table = new Table(out, about(options, redis));
            new SpeedReport(options, redis, onRedis, inMemory, table).measure();
            if (options.write() != null) {
                Files.writeString(options.write(), table.page());
            }
            return table;
        }
    }

    private void measure() throws IOException, InterruptedException {
        commands();
        uncontended("Redis, 1 thread", 1);
        uncontended("Redis, 16 threads on 16 locks", MANY);
        shared("memory, one lock, 16 threads", inMemory, 0);
        shared("memory, one lock, 16 threads, 2 µs of work", inMemory, WORK);
        shared("Redis, one lock, 16 threads", onRedis, 0);
        shared("Redis, one lock, 16 threads, 2 µs of work", onRedis, WORK);
        try (FiveMasters masters = FiveMasters.start();
                LockClient locks = masters.locks()) {
            quorum("Redlock, 5 masters, 1 thread", locks, 1.5);
            masters.hangOne();
            quorum("Redlock, 5 masters, one of them hung, 1 thread", locks, 1.6);
        }
        try (Postgres postgres = Postgres.start(true)) {
            onPostgres(postgres, "PostgreSQL " + postgres.version());
        }
        try (Postgres postgres = Postgres.start(false)) {
            onPostgres(postgres, "PostgreSQL without fsync");
        }
        try (Keeper keeper = Keeper.start()) {
            onZooKeeper(keeper, "ZooKeeper " + Keeper.version() + " without fsync");
        }
    }

    private void onZooKeeper(Keeper keeper, String what) throws IOException, InterruptedException {
        try (LockClient locks = keeper.locks()) {
            for (int threads : new int[] {1, MANY}) {
                Duel duel;
                ZooKeeper session = keeper.session();
                try {
                    duel = Duel.fight(
                            options,
                            pairs(threads, i -> Keeper.bare(session, i)),
                            pairs(threads, i -> pawl(locks.lock("bench/own/" + i), 0)));
                } finally {
                    session.close();
                }
                written(what + (threads == 1 ? ", 1 thread" : ", 16 threads on 16 locks"), duel, threads);
            }
            shared(what + ", one lock, 16 threads", locks, 0);
        }
    }

    /** Without a target: what is wanted of ZooKeeper is latency over a network, which a test of the backend asserts. */
    private void written(String what, Duel duel, int threads) {
        table.row(
                what + ", time a pair",
                microseconds(duel.ofFloor(Slice::rate), threads),
                microseconds(duel.ofPawl(Slice::rate), threads),
                duel.ratio((floor, pawl) -> floor.rate() / pawl.rate()).toString());
        cpu(what, duel);
        hops(what, duel);
        bytes(what, duel);
    }

    /** Against Pawl on one Redis. Without a network between them, the work of five is compared with the work of one. */
    private void quorum(String what, LockClient locks, double most) throws InterruptedException {
        Duel duel = Duel.fight(
                options,
                pairs(1, i -> pawl(onRedis.lock("bench/own/" + i), 0)),
                pairs(1, i -> pawl(locks.lock("bench/own/" + i), 0)));
        table.row(
                what + ", time a pair (floor: Pawl on one Redis)",
                microseconds(duel.ofFloor(Slice::rate), 1),
                microseconds(duel.ofPawl(Slice::rate), 1),
                duel.ratio((floor, pawl) -> floor.rate() / pawl.rate()),
                String.format(Locale.ROOT, "at most %.2f", most),
                times -> times <= most);
        cpu(what, duel);
    }

    private void onPostgres(Postgres postgres, String what) throws InterruptedException {
        postgres.createRows(MANY);
        try (LockClient locks = postgres.locks()) {
            for (int threads : new int[] {1, MANY}) {
                Duel duel;
                try (HikariDataSource pool = postgres.pool(POOL)) {
                    duel = Duel.fight(
                            options,
                            pairs(threads, i -> Postgres.bare(pool, i)),
                            pairs(threads, i -> pawl(locks.lock("bench/own/" + i), 0)));
                }
                transactions(what + (threads == 1 ? ", 1 thread" : ", 16 threads on 16 locks"), duel);
            }
            shared(what + ", one lock, 16 threads", locks, 0);
        }
    }

    private void transactions(String what, Duel duel) {
        table.row(
                what + ", rate",
                whole(duel.ofFloor(Slice::rate)) + "/s",
                whole(duel.ofPawl(Slice::rate)) + "/s",
                duel.ratio((floor, pawl) -> pawl.rate() / floor.rate()),
                "at least 1.00",
                part -> part >= 1.0);
        cpu(what, duel);
        hops(what, duel);
        bytes(what, duel);
    }

    private void commands() throws IOException, InterruptedException {
        Pair floor = bare(redis.connect().sync(), 0);
        Pair pawl = pawl(onRedis.lock("bench/watched"), 0);
        floor.run();
        pawl.run();
        ServerCommands ofFloor = ServerCommands.during(redis, () -> repeat(floor));
        ServerCommands ofPawl = ServerCommands.during(redis, () -> repeat(pawl));
        table.row(
                "Redis, commands a pair",
                ServerCommands.text(ofFloor.sent(), WATCHED_PAIRS),
                ServerCommands.text(ofPawl.sent(), WATCHED_PAIRS),
                "",
                "2 evalsha",
                ofPawl.sent().equals(Map.of("evalsha", 2L * WATCHED_PAIRS)));
        table.row(
                "Redis, calls of the scripts a pair",
                ServerCommands.text(ofFloor.called(), WATCHED_PAIRS),
                ServerCommands.text(ofPawl.called(), WATCHED_PAIRS));
    }

    private static void repeat(Pair pair) throws InterruptedException {
        for (int i = 0; i < WATCHED_PAIRS; i++) {
            pair.run();
        }
    }

    private void uncontended(String what, int threads) throws InterruptedException {
        Duel duel;
        try (StatefulRedisConnection<String, String> connection = redis.connect()) {
            duel = Duel.fight(
                    options,
                    pairs(threads, i -> bare(connection.sync(), i)),
                    pairs(threads, i -> pawl(onRedis.lock("bench/own/" + i), 0)));
        }
        Spread ratio = duel.ratio((floor, pawl) -> floor.rate() / pawl.rate());
        table.row(
                what + ", time a pair",
                microseconds(duel.ofFloor(Slice::rate), threads),
                microseconds(duel.ofPawl(Slice::rate), threads),
                ratio,
                "at most 1.10",
                times -> times <= 1.10);
        cpu(what, duel);
        hops(what, duel);
        bytes(what, duel);
    }

    /** Lettuce hands each command to its I/O thread and each reply back; who sleeps more often than that hops needlessly. */
    private void hops(String what, Duel duel) {
        Spread ratio = duel.ratio((floor, pawl) -> pawl.switchesPerPair() / floor.switchesPerPair());
        table.row(
                what + ", thread switches a pair",
                number(duel.ofFloor(Slice::switchesPerPair)),
                number(duel.ofPawl(Slice::switchesPerPair)),
                ratio.toString());
    }

    /** Of this process. Where the machine has other work, this is steadier than time. */
    private void cpu(String what, Duel duel) {
        Spread ratio = duel.ratio((floor, pawl) -> pawl.cpuMicrosPerPair() / floor.cpuMicrosPerPair());
        table.row(
                what + ", processor time a pair",
                number(duel.ofFloor(Slice::cpuMicrosPerPair)) + " µs",
                number(duel.ofPawl(Slice::cpuMicrosPerPair)) + " µs",
                ratio.toString());
    }

    private void bytes(String what, Duel duel) {
        Spread ratio = duel.ratio((floor, pawl) -> pawl.bytesPerPair() / floor.bytesPerPair());
        table.row(
                what + ", bytes allocated a pair",
                whole(duel.ofFloor(Slice::bytesPerPair)),
                whole(duel.ofPawl(Slice::bytesPerPair)),
                ratio.toString());
    }

    private void shared(String what, LockClient client, long work) throws InterruptedException {
        ReentrantLock fair = new ReentrantLock(true);
        DistributedLock lock = client.lock("bench/shared");
        Duel duel = Duel.fight(options, pairs(MANY, i -> fair(fair, work)), pairs(MANY, i -> pawl(lock, work)));
        Spread ratio = duel.ratio((floor, pawl) -> pawl.rate() / floor.rate());
        table.row(
                what + ", rate",
                whole(duel.ofFloor(Slice::rate)) + "/s",
                whole(duel.ofPawl(Slice::rate)) + "/s",
                ratio,
                "at least 0.50",
                part -> part >= 0.5);
        cpu(what, duel);
        hops(what, duel);
        bytes(what, duel);
    }

    private static List<Pair> pairs(int threads, IntFunction<Pair> pair) {
        return IntStream.range(0, threads).mapToObj(pair).toList();
    }

    private static Pair bare(RedisCommands<String, String> connection, int number) {
        BareLock lock = new BareLock(connection, "bench/bare/" + number);
        return () -> {
            lock.acquire();
            lock.release();
        };
    }

    private static Pair pawl(DistributedLock lock, long work) {
        return () -> {
            try (Lease lease = lock.acquire()) {
                lease.ensureValid();
                Blackhole.consumeCPU(work);
            }
        };
    }

    private static Pair fair(ReentrantLock lock, long work) {
        return () -> {
            lock.lockInterruptibly();
            try {
                Blackhole.consumeCPU(work);
            } finally {
                lock.unlock();
            }
        };
    }

    private static String microseconds(Spread rates, int threads) {
        return String.format(Locale.ROOT, "%.1f µs", threads * 1e6 / rates.median());
    }

    private static String number(Spread figures) {
        return String.format(Locale.ROOT, "%.2f", figures.median());
    }

    private static String whole(Spread figures) {
        return String.format(Locale.ROOT, "%,.0f", figures.median());
    }

    private static List<String> about(SpeedOptions options, Redis redis) {
        return List.of(
                "processor: " + processor() + ", " + Runtime.getRuntime().availableProcessors() + " of it for this run",
                "system: " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", Java "
                        + Runtime.version(),
                "Redis " + redis.version() + "",
                options.rounds() + " rounds after " + options.warmUp() + " to warm up; in each, both sides in turn for "
                        + options.slice().toMillis() + " ms");
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
