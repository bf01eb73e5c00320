package dev.pawl.lock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link Locked} and transactions, on H2. {@link SpringCounterTest} has two processes' worth of clients on PostgreSQL. */
class LockedTransactionTest {

    private static final MemoryBackend service = MemoryBackend.create();

    private AnnotationConfigApplicationContext context = context(Last.class);

    private static AnnotationConfigApplicationContext context(Class<?> transactions) {
        return new AnnotationConfigApplicationContext(Config.class, transactions);
    }

    private Shop shop() {
        return context.getBean(Shop.class);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(context.getBean(DataSourceTransactionManager.class));
    }

    private List<String> rows() {
        return context.getBean(JdbcTemplate.class).queryForList("SELECT item FROM sale ORDER BY item", String.class);
    }

    @AfterEach
    void close() {
        context.close();
        assertThat(service.names()).as("names that are left behind").isZero();
    }

    /** The order of the transaction's advisor, and that of another one, say nothing. */
    @ParameterizedTest
    @ValueSource(classes = {Last.class, First.class, Middle.class})
    void theLockIsTakenBeforeTheTransaction_andReleasedAfterIt(Class<?> transactions) {
        context.close();
        context = context(transactions);

        shop().sell("apple");

        assertThat(shop().events()).containsExactly("body", "held after the commit: true");
        assertThat(context.getBean(Seen.class).beforeTransaction).isTrue();
        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(rows()).containsExactly("apple");
    }

    /** Such as a retry, which must not wait under the lock. */
    @Test
    void otherAdvice_isOutsideOfTheLock() {
        context.close();
        context = context(Middle.class);

        shop().sell("apple");

        assertThat(context.getBean(Seen.class).heldOutside).containsExactly(false);
    }

    @Test
    void inAnOpenTransaction_theLockIsHeldUntilThatHasCommitted() {
        transaction().executeWithoutResult(status -> {
            shop().sell("apple");
            assertThat(service.isHeld("inventory/apple")).as("after the call").isTrue();
        });

        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(rows()).containsExactly("apple");
    }

    @Test
    void inAnOpenTransaction_theLockIsHeldUntilThatHasRolledBack() {
        transaction().executeWithoutResult(status -> {
            shop().sell("apple");
            status.setRollbackOnly();
            assertThat(service.isHeld("inventory/apple")).as("after the call").isTrue();
        });

        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(rows()).isEmpty();
    }

    @Test
    void anExceptionOfTheBody_rollsBack_andReleases() {
        assertThatThrownBy(() -> shop().sellAndFail("apple")).isInstanceOf(ArithmeticException.class);

        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(rows()).isEmpty();
    }

    @Test
    void aNameThatTheTransactionHolds_isJoined_withTheSameToken() {
        List<FencingToken> tokens = new ArrayList<>();
        transaction().executeWithoutResult(status -> {
            for (int i = 0; i < 3; i++) {
                tokens.add(shop().sell("apple"));
            }
        });

        assertThat(tokens).hasSize(3).containsOnly(tokens.get(0));
        assertThat(service.isHeld("inventory/apple")).isFalse();
    }

    @Test
    void aNewTransactionInsideOfAnOpenOne_holdsUntilTheOuterOneEnds_andJoinsWhatThatHolds() {
        transaction().executeWithoutResult(status -> {
            FencingToken outer = shop().sell("apple");
            assertThat(shop().sellInNew("apple")).isEqualTo(outer);
            shop().sellInNew("pear");
            assertThat(service.isHeld("inventory/pear")).isTrue();
            status.setRollbackOnly();
        });

        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(service.isHeld("inventory/pear")).isFalse();
        assertThat(rows()).as("what the new transactions wrote").containsExactly("apple", "pear");
    }

    @Test
    void aLostLease_rollsBack() {
        assertThatThrownBy(() -> shop().sellAndLose("apple")).isInstanceOf(LeaseLostException.class);

        assertThat(rows()).isEmpty();
    }

    @Test
    void aLostLease_rollsTheOpenTransactionBack() {
        assertThatThrownBy(() -> transaction().executeWithoutResult(status -> {
                    shop().sell("apple");
                    service.lose("inventory/apple", LossReason.TAKEN_OVER);
                }))
                .isInstanceOf(LeaseLostException.class);

        assertThat(rows()).isEmpty();
    }

    @Test
    void aCommitThatNobodyKnowsTheOutcomeOf_leavesTheLockToItsLease() {
        context.close();
        context = context(Unknown.class);

        assertThatThrownBy(() -> shop().sellWithShortLease("apple")).isInstanceOf(TransactionSystemException.class);

        assertThat(service.isHeld("inventory/apple")).isTrue();
        await().atMost(Duration.ofSeconds(20)).until(() -> !service.isHeld("inventory/apple"));
    }

    @Test
    void whereAnOpenTransactionIsRefused_nothingIsAsked() {
        transaction()
                .executeWithoutResult(status -> assertThatThrownBy(() -> shop().outsideOnly("apple"))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("Shop.outsideOnly()")
                        .hasMessageContaining("inTransaction = REFUSE"));
        assertThat(service.names()).isZero();

        shop().outsideOnly("apple");
        assertThat(rows()).containsExactly("apple");
    }

    @Test
    void aSnapshotThatIsOlderThanTheLock_isWarnedAbout_once() throws IOException {
        TransactionTemplate repeatable = transaction();
        repeatable.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        String logged = logOf(() -> {
            transaction().executeWithoutResult(status -> shop().sell("apple"));
            repeatable.executeWithoutResult(status -> shop().sell("apple"));
            repeatable.executeWithoutResult(status -> shop().sell("apple"));
        });
        assertThat(logged.split("above read committed", -1))
                .as("before, between and after")
                .hasSize(2);
    }

    /** What is logged meanwhile: into the file that the build names, or to standard error. */
    private static String logOf(Runnable action) throws IOException {
        String file = System.getProperty("org.slf4j.simpleLogger.logFile");
        if (file != null) {
            int before = Files.readString(Path.of(file)).length();
            action.run();
            return Files.readString(Path.of(file)).substring(before);
        }
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return written.toString(StandardCharsets.UTF_8);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableLocked
    static class Config {

        @Bean
        LockClient locks() {
            return LockClient.using(service);
        }

        @Bean
        DataSource dataSource() {
            JdbcDataSource source = new JdbcDataSource();
            source.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            return source;
        }

        @Bean
        JdbcTemplate jdbc(DataSource source) {
            JdbcTemplate jdbc = new JdbcTemplate(source);
            jdbc.execute("CREATE TABLE sale (item VARCHAR(100))");
            return jdbc;
        }

        @Bean
        Shop shop(JdbcTemplate jdbc) {
            return new Shop(jdbc);
        }

        @Bean
        Seen seen() {
            return new Seen();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Manager {

        @Bean
        DataSourceTransactionManager transactions(DataSource source, Seen seen) {
            return new DataSourceTransactionManager(source) {
                private static final long serialVersionUID = 1L;

                @Override
                protected void doBegin(Object transaction, TransactionDefinition definition) {
                    seen.beforeTransaction = service.isHeld("inventory/apple");
                    super.doBegin(transaction, definition);
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Last extends Manager {}

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = Ordered.HIGHEST_PRECEDENCE)
    static class First extends Manager {}

    /** Behind advice of the application's own. */
    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(order = 100)
    static class Middle extends Manager {

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static Advisor around(@Lazy Seen seen) {
            StaticMethodMatcherPointcutAdvisor advisor = new StaticMethodMatcherPointcutAdvisor() {
                private static final long serialVersionUID = 1L;

                @Override
                public boolean matches(Method method, Class<?> type) {
                    return method.getName().equals("sell");
                }
            };
            advisor.setOrder(50);
            advisor.setAdvice((MethodInterceptor) call -> {
                seen.outside(service.isHeld("inventory/apple"));
                return call.proceed();
            });
            return advisor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Unknown {

        @Bean
        DataSourceTransactionManager transactions(DataSource source) {
            return new DataSourceTransactionManager(source) {
                private static final long serialVersionUID = 1L;

                @Override
                protected void doCommit(DefaultTransactionStatus status) {
                    throw new TransactionSystemException("the connection broke during the commit");
                }
            };
        }
    }

    static class Seen {
        boolean beforeTransaction;
        final List<Boolean> heldOutside = new ArrayList<>();

        public void outside(boolean held) {
            heldOutside.add(held);
        }
    }

    static class Shop {
        private final JdbcTemplate jdbc;
        private final List<String> events = new ArrayList<>();

        Shop(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        public List<String> events() {
            return events;
        }

        @Locked("inventory/#{#item}")
        @Transactional
        public FencingToken sell(String item) {
            insert(item);
            return Locks.currentToken();
        }

        @Locked("inventory/#{#item}")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public FencingToken sellInNew(String item) {
            insert(item);
            return Locks.currentToken();
        }

        @Locked("inventory/#{#item}")
        @Transactional
        public void sellAndFail(String item) {
            insert(item);
            throw new ArithmeticException("planted");
        }

        @Locked("inventory/#{#item}")
        @Transactional
        public void sellAndLose(String item) {
            insert(item);
            service.lose("inventory/" + item, LossReason.TAKEN_OVER);
        }

        @Locked(value = "inventory/#{#item}", leaseTime = "2s")
        @Transactional
        public void sellWithShortLease(String item) {
            insert(item);
        }

        @Locked(value = "inventory/#{#item}", inTransaction = InTransaction.REFUSE)
        @Transactional
        public void outsideOnly(String item) {
            insert(item);
        }

        private void insert(String item) {
            events.add("body");
            jdbc.update("INSERT INTO sale VALUES (?)", item);
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    events.add("held after the commit: " + service.isHeld("inventory/" + item));
                }
            });
        }
    }
}
