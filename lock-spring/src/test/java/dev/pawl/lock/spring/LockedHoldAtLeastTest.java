package dev.pawl.lock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.jdbc.JdbcBackend;
import dev.pawl.lock.testservers.PostgresServer;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** A job that every instance of an application starts, and that runs once: two instances on one PostgreSQL. */
class LockedHoldAtLeastTest {

    private static final PostgresServer server = PostgresServer.shared();

    private static final AtomicInteger RUNS = new AtomicInteger();

    @BeforeEach
    void clear() {
        RUNS.set(0);
    }

    @Test
    void theJobRunsOnce_alsoIfTheSecondInstanceIsLate_orTheFirstHasEnded() {
        try (AnnotationConfigApplicationContext second = start(Leases.class, Jobs.class)) {
            try (AnnotationConfigApplicationContext first = start(Leases.class, Jobs.class)) {
                first.getBean(Jobs.class).nightly();
                assertThat(RUNS).as("runs of the first").hasValue(1);
                second.getBean(Jobs.class).nightly();
                first.getBean(Jobs.class).nightly();
            }
            second.getBean(Jobs.class).nightly();
            assertThat(RUNS).as("runs of both").hasValue(1);

            free(second.getBean(LockClient.class), "nightly");
            second.getBean(Jobs.class).nightly();
            assertThat(RUNS).as("runs after the time").hasValue(2);
            free(second.getBean(LockClient.class), "nightly");
        }
    }

    @Test
    void severalNames_areKept() {
        try (AnnotationConfigApplicationContext context = start(Leases.class, Jobs.class)) {
            Jobs jobs = context.getBean(Jobs.class);
            jobs.both();
            jobs.both();
            assertThat(RUNS).hasValue(1);
            free(context.getBean(LockClient.class), "nightly/a");
            free(context.getBean(LockClient.class), "nightly/b");
        }
    }

    @Test
    void whereALockEndsWithItsConnection_theApplicationDoesNotStart() {
        Throwable refused = catchThrowable(() -> start(Rows.class, Jobs.class).close());

        assertThat(refused)
                .isInstanceOf(LockConfigException.class)
                .hasMessageContainingAll(
                        "Jobs.", "@Locked(holdAtLeast", "HOLD_AT_LEAST is not supported here", "keep the lease open");
    }

    @Test
    void aBeanThatIsMadeLater_isRefusedWhenItIsCalled() {
        try (AnnotationConfigApplicationContext context = start(Rows.class, LateJobs.class)) {
            LateJobs late = context.getBean(LateJobs.class);
            assertThat(catchThrowable(late::nightly))
                    .isInstanceOf(LockConfigException.class)
                    .hasMessageContainingAll("LateJobs.nightly()", "HOLD_AT_LEAST");
        }
        assertThat(RUNS).hasValue(0);
    }

    private static AnnotationConfigApplicationContext start(Class<?>... parts) {
        return new AnnotationConfigApplicationContext(parts);
    }

    private static HikariDataSource pool() {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.url());
        pool.setMaximumPoolSize(6);
        return pool;
    }

    /** As the end of the time does. */
    private static void free(LockClient locks, String name) {
        LockInfo kept = locks.inspect(name).orElseThrow();
        assertThat(locks.lock(name).forceRelease(kept.token(), "the test is over"))
                .isPresent();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableLocked
    static class Leases {

        @Bean
        HikariDataSource dataSource() {
            return pool();
        }

        @Bean
        LockClient locks(DataSource source) {
            return LockClient.using(
                    JdbcBackend.builder(source).table("pawl_lock_of_jobs").build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableLocked
    static class Rows {

        @Bean
        HikariDataSource dataSource() {
            return pool();
        }

        @Bean
        LockClient locks(DataSource source) {
            return LockClient.using(JdbcBackend.builder(source)
                    .table("pawl_lock_of_late_jobs")
                    .mode(JdbcBackend.Mode.ROW)
                    .build());
        }
    }

    static class Jobs {

        @Locked(value = "nightly", holdAtLeast = "${keep:5m}", onBusy = OnBusy.SKIP)
        public void nightly() {
            RUNS.incrementAndGet();
        }

        @Locked(value = "nightly/a", holdAtLeast = "5m", onBusy = OnBusy.SKIP)
        @Locked(value = "nightly/b", holdAtLeast = "5m", onBusy = OnBusy.SKIP)
        public void both() {
            RUNS.incrementAndGet();
        }
    }

    @Lazy
    static class LateJobs {

        @Locked(value = "nightly", holdAtLeast = "5m", onBusy = OnBusy.SKIP)
        public void nightly() {
            RUNS.incrementAndGet();
        }
    }
}
