package dev.pawl.lock.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LeaseLostException;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockTimeoutException;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** {@link Locked} over the memory service; what it does with transactions is in {@link LockedTransactionTest}. */
class LockedTest {

    private static final MemoryBackend service = MemoryBackend.create();

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Config.class);
    private final Shop shop = context.getBean(Shop.class);
    private final LockClient others = LockClient.using(service);

    @AfterEach
    void close() {
        service.heal();
        others.close();
        context.close();
        assertThat(service.names()).as("names that are left behind").isZero();
    }

    @Test
    void theBodyRunsUnderItsLock_whichIsFreeAfterwards() {
        FencingToken token = shop.sell("apple");

        assertThat(token.lock()).isEqualTo("inventory/apple");
        assertThat(service.isHeld("inventory/apple")).isFalse();
        assertThat(shop.sell("apple")).isGreaterThan(token);
    }

    @Test
    void nameMayUseTheMethod_aBean_andAPlaceholder() {
        assertThat(shop.named()).isEqualTo("named/Shop/eu/shop-of-the-test");
    }

    @Test
    void anExpressionThatGivesNull_isRefused_beforeAnythingIsAsked() {
        assertThatThrownBy(() -> shop.sell(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inventory/#{#item}")
                .hasMessageContaining("#{#item} is null");
    }

    @Test
    void anExceptionOfTheBody_releases() {
        assertThatThrownBy(() -> shop.fail("apple")).isInstanceOf(ArithmeticException.class);

        assertThat(service.isHeld("inventory/apple")).isFalse();
    }

    @Test
    void aBusyLock_isWaitedFor() throws InterruptedException {
        CompletableFuture<FencingToken> waiting;
        try (Lease theirs = others.lock("inventory/apple").acquire()) {
            waiting = CompletableFuture.supplyAsync(() -> shop.sell("apple"));
            await().until(() -> service.waiting("inventory/apple") == 1);
            assertThat(waiting).isNotDone();
            assertThat(theirs.isValid()).isTrue();
        }
        assertThat(waiting.join().lock()).isEqualTo("inventory/apple");
    }

    @Test
    void aBusyLock_failsOrIsSkipped_asTheMethodSays() throws InterruptedException {
        try (Lease theirs = others.lock("report").acquire()) {
            assertThatThrownBy(shop::orFail).isInstanceOf(LockTimeoutException.class);
            assertThatThrownBy(shop::orFailSoon).isInstanceOf(LockTimeoutException.class);
            assertThat(shop.orEmpty()).isEmpty();
            assertThat(shop.orMinusOne(5)).isEqualTo(-5);
            assertThat(shop.orEmptyLater()).isCompletedWithValue(Optional.empty());
            shop.orNothing();
            assertThat(shop.runs()).isEmpty();
        }
        assertThat(shop.orEmpty()).hasValue("done");
        assertThat(shop.orMinusOne(5)).isEqualTo(5);
        shop.orNothing();
        assertThat(shop.runs()).containsExactly("nothing");
    }

    @Test
    void aNameThatTheThreadHolds_isJoined_withTheSameToken() {
        FencingToken[] tokens = shop.outerAndInner("apple");

        assertThat(tokens[1]).isEqualTo(tokens[0]);
        assertThat(service.isHeld("inventory/apple")).isFalse();
    }

    @Test
    void aLostLease_isNotJoined() {
        assertThatThrownBy(() -> shop.loseThenInner("apple")).isInstanceOf(LeaseLostException.class);
        assertThat(shop.runs()).isEmpty();
    }

    @Test
    void aLossThatTheBodyDidNotSee_isThrownInTheEnd() {
        assertThatThrownBy(() -> shop.lose("apple")).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void severalNames_areOneAcquisition() throws InterruptedException {
        assertThat(shop.transfer("a", "b")).containsExactly("account/a", "account/b");
        assertThat(shop.transfer("b", "b")).as("the same twice").containsExactly("account/b", "account/b");

        try (Lease theirs = others.lock("account/b").acquire()) {
            CompletableFuture<List<String>> waiting = CompletableFuture.supplyAsync(() -> shop.transfer("a", "b"));
            await().until(() -> service.waiting("account/b") == 1);
            assertThat(waiting).isNotDone();
            theirs.close();
            waiting.join();
        }
    }

    @Test
    void severalNames_haveNoSingleLease() {
        assertThatThrownBy(() -> shop.ambiguous("a", "b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("account/a")
                .hasMessageContaining("currentLease(name)");
    }

    @Test
    void leaseAndToken_areFilledIn_whereTheCallerPassesNull() {
        assertThat(shop.filledIn(null, null)).isEqualTo("filled in");
    }

    @Test
    void theLeaseOfTheBody_cannotBeReleasedByIt() {
        assertThatThrownBy(shop::closes)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("@Locked releases it");
        assertThat(service.isHeld("report")).isFalse();
    }

    @Test
    void withoutALockedMethod_thereIsNoCurrentLease() {
        assertThatThrownBy(Locks::currentToken)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no method with @Locked runs on this thread");
    }

    @Test
    void anInterruptedWait_hasLeftNothing_andTheStatusIsKept() throws InterruptedException {
        try (Lease theirs = others.lock("inventory/apple").acquire()) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    shop.sell("apple");
                } catch (LockInterruptedException e) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                }
            });
            thread.start();
            await().until(() -> service.waiting("inventory/apple") == 1);
            thread.interrupt();
            assertThat(interrupted.join()).isTrue();
            thread.join();
            assertThat(service.waiting("inventory/apple")).isZero();
            assertThat(theirs.isValid()).isTrue();
        }
    }

    @Test
    void aResultThatComesLater_keepsTheLock_untilItIsThere() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> result = shop.later(source);
        assertThat(service.isHeld("report")).isTrue();

        source.complete("done");

        assertThat(result.join()).isEqualTo("done");
        assertThat(service.isHeld("report")).isFalse();
    }

    /** As {@link CompletionStage#toCompletableFuture} allows it to. */
    @Test
    void aResultThatRefusesToBeAFuture_failsTheCall_andFreesTheLock() {
        CompletableFuture<String> source = new CompletableFuture<>() {
            @Override
            public CompletableFuture<String> toCompletableFuture() {
                throw new UnsupportedOperationException("no future");
            }
        };
        assertThatThrownBy(() -> shop.later(source)).hasMessage("no future");
        assertThat(service.isHeld("report")).isFalse();
    }

    @Test
    void aResultThatIsCancelled_freesTheLock() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> result = shop.later(source);

        result.cancel(true);

        assertThat(source).isCancelled();
        await().until(() -> !service.isHeld("report"));
    }

    @Test
    void aResultThatComesLater_tellsOfALoss() {
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> result = shop.later(source);
        service.lose("report", LossReason.EXPIRED);

        source.complete("done");

        assertThatThrownBy(result::join).hasCauseInstanceOf(LeaseLostException.class);
    }

    @Test
    void anAsyncMethod_holdsTheLock_whileItsBodyRuns() {
        CompletableFuture<Void> mayEnd = new CompletableFuture<>();
        CompletableFuture<String> begun = new CompletableFuture<>();
        context.getBean(Background.class).run(begun, mayEnd);

        assertThat(begun.join()).isEqualTo("background");
        assertThat(service.isHeld("background")).isTrue();
        mayEnd.complete(null);
        await().until(() -> !service.isHeld("background"));
    }

    @Test
    void theWaitOfOneMethod_hasItsOwnLeaseTime() {
        assertThat(shop.shortLease()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(5));
        assertThat(shop.shortLeases()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whatCannotWork_isRefusedAtTheStart() {
        assertThat(refusal(SkipsInt.class)).contains("SkipsInt.count()", "otherwise");
        assertThat(refusal(ReturnsFuture.class)).contains("ReturnsFuture.later()", "CompletionStage");
        assertThat(refusal(Disagrees.class)).contains("must agree");
        assertThat(refusal(OddDuration.class)).contains("waitFor = \"5 seconds\"", "write it as 500ms");
        assertThat(refusal(PrivateMethod.class)).contains("a private or static method cannot be locked");
        assertThat(refusal(FinalMethod.class)).contains("a final method cannot be locked");
        assertThat(refusal(NotInItsInterface.class)).contains("known by its interfaces");
        assertThat(refusal(TooLong.class)).contains("TooLong.kept()", "holdAtLeast: must be between");
        assertThat(refusal(OtherwiseForNothing.class)).contains("otherwise is for onBusy = SKIP");
    }

    private static String refusal(Class<?> bean) {
        try (AnnotationConfigApplicationContext refused = new AnnotationConfigApplicationContext()) {
            refused.register(Config.class, bean);
            Throwable thrown = catchThrowable(refused::refresh);
            assertThat(thrown).as(bean.getSimpleName()).isInstanceOf(BeanCreationException.class);
            return "" + NestedExceptionUtils.getMostSpecificCause(thrown).getMessage() + thrown.getMessage();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableLocked
    @EnableAsync
    static class Config {

        @Bean
        LockClient locks() {
            return LockClient.using(service);
        }

        @Bean
        Shop shop(@Lazy Shop itself) {
            return new Shop(itself);
        }

        @Bean
        Background background() {
            return new Background();
        }

        @Bean
        String nameOfTheShop() {
            return "shop-of-the-test";
        }
    }

    static class Background {

        @Async
        @Locked("background")
        public void run(CompletableFuture<String> begun, CompletableFuture<Void> mayEnd) {
            begun.complete(Locks.currentToken().lock());
            mayEnd.join();
        }
    }

    static class Shop {
        private final @Nullable Shop itself;
        private final List<String> runs = new ArrayList<>();

        Shop() {
            this(null);
        }

        Shop(@Nullable Shop itself) {
            this.itself = itself;
        }

        public List<String> runs() {
            return runs;
        }

        private Shop proxy() {
            return Objects.requireNonNull(itself);
        }

        @Locked("inventory/#{#item}")
        public FencingToken sell(@Nullable String item) {
            assertThat(service.isHeld("inventory/" + item)).isTrue();
            return Locks.currentToken();
        }

        @Locked("#{#root.methodName}/#{#root.targetClass.simpleName}/${region:eu}/#{@nameOfTheShop}")
        public String named() {
            return Locks.currentLease().name();
        }

        @Locked("inventory/#{#p0}")
        public void fail(String item) {
            throw new ArithmeticException(item);
        }

        @Locked(value = "report", onBusy = OnBusy.FAIL)
        public void orFail() {}

        @Locked(value = "report", onBusy = OnBusy.FAIL, waitFor = "50ms")
        public void orFailSoon() {}

        @Locked(value = "report", onBusy = OnBusy.SKIP)
        public Optional<String> orEmpty() {
            return Optional.of("done");
        }

        @Locked(value = "report", onBusy = OnBusy.SKIP, otherwise = "-#number")
        public int orMinusOne(int number) {
            return number;
        }

        @Locked(value = "report", onBusy = OnBusy.SKIP)
        public CompletableFuture<Optional<String>> orEmptyLater() {
            return CompletableFuture.completedFuture(Optional.of("done"));
        }

        @Locked(value = "report", onBusy = OnBusy.SKIP, waitFor = "20ms")
        public void orNothing() {
            runs.add("nothing");
        }

        @Locked("inventory/#{#item}")
        public FencingToken[] outerAndInner(String item) {
            FencingToken[] tokens = {Locks.currentToken(), proxy().sell(item)};
            assertThat(service.isHeld("inventory/" + item))
                    .as("after the inner one")
                    .isTrue();
            return tokens;
        }

        @Locked("inventory/#{#item}")
        public void loseThenInner(String item) {
            service.lose("inventory/" + item, LossReason.TAKEN_OVER);
            Lease lease = Locks.currentLease();
            await().until(() -> !lease.isValid());
            proxy().sell(item);
            runs.add("sold");
        }

        @Locked("inventory/#{#item}")
        public void lose(String item) {
            service.lose("inventory/" + item, LossReason.TAKEN_OVER);
        }

        @Locked("account/#{#from}")
        @Locked("account/#{#to}")
        public List<String> transfer(String from, String to) {
            return List.of(
                    Locks.currentLease("account/" + from).name(),
                    Locks.currentLease("account/" + to).name());
        }

        @Locked("account/#{#from}")
        @Locked("account/#{#to}")
        public FencingToken ambiguous(String from, String to) {
            return Locks.currentToken();
        }

        @Locked("report")
        public String filledIn(@Nullable Lease lease, @Nullable FencingToken token) {
            return lease != null && lease.isValid() && lease.token().equals(token) ? "filled in" : "not";
        }

        @Locked("report")
        public void closes() {
            Locks.currentLease().close();
        }

        @Locked("report")
        public CompletableFuture<String> later(CompletableFuture<String> source) {
            return source;
        }

        @Locked(value = "report", leaseTime = "${lease:5s}")
        public Duration shortLease() {
            return Locks.currentLease().remaining();
        }

        @Locked(value = "report", leaseTime = "5s")
        @Locked(value = "summary", leaseTime = "5s")
        public Duration shortLeases() {
            return Locks.currentLease("summary").remaining();
        }
    }

    static class SkipsInt {
        @Locked(value = "x", onBusy = OnBusy.SKIP)
        public int count() {
            return 1;
        }
    }

    static class ReturnsFuture {
        @Locked("x")
        public @Nullable Future<String> later() {
            return null;
        }
    }

    static class Disagrees {
        @Locked(value = "x", onBusy = OnBusy.FAIL)
        @Locked("y")
        public void both() {}
    }

    static class OddDuration {
        @Locked(value = "x", waitFor = "5 seconds")
        public void odd() {}
    }

    static class PrivateMethod {
        @Locked("x")
        private void hidden() {}

        public void calls() {
            hidden();
        }
    }

    static class FinalMethod {
        @Locked("x")
        public final void last() {}
    }

    static class NotInItsInterface implements Runnable {
        @Override
        public void run() {}

        @Locked("x")
        public void other() {}
    }

    static class TooLong {
        @Locked(value = "x", holdAtLeast = "8d")
        public void kept() {}
    }

    static class OtherwiseForNothing {
        @Locked(value = "x", otherwise = "1")
        public int number() {
            return 2;
        }
    }
}
