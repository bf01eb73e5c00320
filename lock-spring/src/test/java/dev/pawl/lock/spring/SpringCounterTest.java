package dev.pawl.lock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.jdbc.JdbcBackend;
import dev.pawl.lock.testkit.Bench;
import dev.pawl.lock.testservers.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Two instances of an application count in one PostgreSQL, with its default isolation: each call reads the number and writes the next
 * one. What a lock that is released before the commit is worth, and one that is released after it.
 */
class SpringCounterTest {

    private static final int INCREMENTS = 10_000;
    /** Enough to see the harm. */
    private static final int SHOWN = 500;

    private static final int THREADS = 3;

    private static final PostgresServer server = PostgresServer.shared();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AnnotationConfigApplicationContext> instances = new ArrayList<>();

    @BeforeEach
    void start() {
        server.ask(admin -> {
            try (var statement = admin.createStatement()) {
                return statement.execute("DROP TABLE IF EXISTS counter;"
                        + " CREATE TABLE counter (n bigint); INSERT INTO counter VALUES (0)");
            }
        });
        instances.add(new AnnotationConfigApplicationContext(Instance.class));
        instances.add(new AnnotationConfigApplicationContext(Instance.class));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        instances.forEach(AnnotationConfigApplicationContext::close);
        server.heal();
    }

    @Test
    void aLockThatIsReleasedBeforeTheCommit_losesUpdates() throws Exception {
        AtomicInteger done = new AtomicInteger();

        everywhere(instance -> {
            Counter counter = instance.getBean(Counter.class);
            while (done.getAndIncrement() < SHOWN) {
                counter.incrementUnderALockInsideOfTheTransaction();
            }
        });

        assertThat(counted()).as("of %d increments", SHOWN).isLessThan(SHOWN);
    }

    @Test
    void locked_losesNoUpdate_fromOutside_fromAnOpenTransaction_andWithRollbacks() throws Exception {
        AtomicInteger begun = new AtomicInteger();

        everywhere(instance -> {
            Counter counter = instance.getBean(Counter.class);
            TransactionTemplate open = new TransactionTemplate(instance.getBean(DataSourceTransactionManager.class));
            for (int i = begun.getAndIncrement(); i < INCREMENTS; i = begun.getAndIncrement()) {
                if (i % 20 == 0) {
                    assertThatThrownBy(counter::incrementAndFail).isInstanceOf(ArithmeticException.class);
                } else if (i % 20 == 1) {
                    open.executeWithoutResult(status -> {
                        counter.increment();
                        status.setRollbackOnly();
                    });
                }
                if (i % 2 == 0) {
                    counter.increment();
                } else {
                    open.executeWithoutResult(status -> counter.increment());
                }
            }
        });

        assertThat(counted()).isEqualTo(INCREMENTS);
    }

    @Test
    void aLeaseThatIsLost_rollsBackTheLateWrite_andTheNextHoldersIsKept() {
        Counter paused = instances.get(0).getBean(Counter.class);
        Counter next = instances.get(1).getBean(Counter.class);

        assertThatThrownBy(() -> paused.incrementAfterAPause(() -> {
                    Lease lease = Locks.currentLease();
                    Bench.await("the end of the lease").until(() -> !lease.isValid());
                    return threads.submit(next::increment).get();
                }))
                .isInstanceOf(LeaseLostException.class);

        assertThat(counted()).isEqualTo(1);
        next.increment();
        assertThat(counted()).isEqualTo(2);
    }

    private static long counted() {
        return server.ask(admin -> {
            try (var statement = admin.createStatement();
                    var row = statement.executeQuery("SELECT n FROM counter")) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    private void everywhere(Consumer<AnnotationConfigApplicationContext> work) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (AnnotationConfigApplicationContext instance : instances) {
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> work.accept(instance)));
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableLocked
    @EnableTransactionManagement
    static class Instance {

        @Bean
        HikariDataSource dataSource() {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(server.url());
            pool.setMaximumPoolSize(THREADS + 6);
            return pool;
        }

        @Bean
        DataSourceTransactionManager transactions(DataSource source) {
            return new DataSourceTransactionManager(source);
        }

        @Bean
        LockClient locks(DataSource source) {
            return LockClient.using(JdbcBackend.create(source));
        }

        /** What a lease time is set on: a holder that is not kept alive. */
        @Bean
        LockOptions options() {
            return LockOptions.builder().renewal(false).build();
        }

        @Bean
        Counter counter(DataSource source, LockClient locks) {
            return new Counter(new JdbcTemplate(source), locks);
        }
    }

    static class Counter {
        private final JdbcTemplate jdbc;
        private final LockClient locks;

        Counter(JdbcTemplate jdbc, LockClient locks) {
            this.jdbc = jdbc;
            this.locks = locks;
        }

        @Locked("counter")
        @Transactional
        public void increment() {
            write(read() + 1);
        }

        @Locked("counter")
        @Transactional
        public void incrementAndFail() {
            write(read() + 1);
            throw new ArithmeticException("planted");
        }

        /** As everybody writes it who has no {@link Locked}. */
        @Transactional
        public void incrementUnderALockInsideOfTheTransaction() {
            try (Lease lease = locks.lock("counter").acquire()) {
                write(read() + 1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Locked(value = "counter", leaseTime = "900ms")
        @Transactional
        public void incrementAfterAPause(Callable<?> pause) throws Exception {
            long read = read();
            pause.call();
            write(read + 1);
        }

        private long read() {
            Long n = jdbc.queryForObject("SELECT n FROM counter", Long.class);
            return n == null ? 0 : n;
        }

        private void write(long n) {
            jdbc.update("UPDATE counter SET n = ?", n);
        }
    }
}
