package dev.pawl.lock.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.Requirement;
import dev.pawl.lock.internal.FakeProviders.AnotherJdbc;
import dev.pawl.lock.internal.FakeProviders.Broken;
import dev.pawl.lock.internal.FakeProviders.Jdbc;
import dev.pawl.lock.internal.FakeProviders.Misfit;
import dev.pawl.lock.internal.FakeProviders.Other;
import dev.pawl.lock.internal.FakeProviders.Recording;
import dev.pawl.lock.internal.FakeProviders.UnclosableJdbc;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.LockBackend;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendsTest {

    @TempDir
    Path services;

    @BeforeEach
    void nothingMade() {
        Jdbc.made.clear();
    }

    @Test
    void schemePicksTheBackend_inAnyCase() throws IOException {
        assertThat(connect(config("memory:backends-test"))).isInstanceOf(MemoryBackend.class);
        assertThat(connect(config("MEMORY:backends-test"))).isSameAs(connect(config("memory:backends-test")));
    }

    @Test
    void backendGetsTheWholeConfiguration() throws IOException {
        connect(
                LockConfig.builder()
                        .url("jdbc:postgresql://db/app")
                        .username("app")
                        .password("hunter2")
                        .namespace("shop")
                        .property("pawl.jdbc.create-table", "false")
                        .build(),
                Jdbc.class);

        Recording made = Jdbc.made.get(0);
        assertThat(made.settings.url()).isEqualTo("jdbc:postgresql://db/app");
        assertThat(made.settings.username()).isEqualTo("app");
        assertThat(made.settings.password()).isEqualTo("hunter2");
        assertThat(made.settings.namespace()).isEqualTo("shop");
        assertThat(made.settings.properties()).containsOnlyKeys("pawl.jdbc.create-table");
        assertThat(made.closed).isFalse();
    }

    @Test
    void providersOfPawlsOwnLoader_areFound_whereTheThreadHasNoLoader() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(null);
        try {
            assertThat(Backends.connect(config("memory:"))).isInstanceOf(MemoryBackend.class);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "redis://h, dev.pawl:lock-redis",
        "rediss://h, dev.pawl:lock-redis",
        "redis-sentinel://h, dev.pawl:lock-redis",
        "rediss-sentinel://h, dev.pawl:lock-redis",
        "redis-socket:///s, dev.pawl:lock-redis",
        "redlock://h1;h2;h3, dev.pawl:lock-redlock",
        "zookeeper://h/chroot, dev.pawl:lock-zookeeper",
        "jdbc:postgresql://h/db, dev.pawl:lock-jdbc"
    })
    void missingBackend_namesTheArtifactToAdd(String url, String artifact) {
        assertThatThrownBy(() -> connect(config(url)))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("add the artifact " + artifact);
    }

    @Test
    void unknownScheme_namesTheNearest_andAll() {
        assertThatThrownBy(() -> connect(config("rediz://user:hunter2@h")))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("'rediz:'")
                .hasMessageContaining("did you mean 'redis'?")
                .hasMessageContaining(
                        "jdbc, memory, redis, redis-sentinel, redis-socket, rediss, rediss-sentinel, redlock, zookeeper")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void twoProvidersForOneScheme_areRefused() {
        assertThatThrownBy(() -> connect(config("jdbc:h2:mem:x"), Jdbc.class, AnotherJdbc.class))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining(Jdbc.class.getName())
                .hasMessageContaining(AnotherJdbc.class.getName());
    }

    @Test
    void brokenProvider_isAnErrorOfTheConfiguration() {
        assertThatThrownBy(() -> connect(config("memory:"), Broken.class))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining(Broken.class.getName())
                .hasRootCauseMessage("broken provider");
    }

    @Test
    void keyOfAnotherBackend_isKeptFromTheChosenOne() throws IOException {
        LockConfig config = LockConfig.builder()
                .url("jdbc:h2:mem:x")
                .property("pawl.jdbc.create-table", "false")
                .property("pawl.other.key", "1")
                .build();

        connect(config, Jdbc.class, Other.class);

        assertThat(Jdbc.made.get(0).settings.properties()).containsOnlyKeys("pawl.jdbc.create-table");
    }

    @Test
    void providerOfAnotherCopyOfPawl_isSkipped() throws IOException {
        assertThat(connect(config("memory:"), String.class)).isInstanceOf(MemoryBackend.class);
    }

    @Test
    void librariesOfTheWrongVersion_areAnErrorOfTheClassPath_thatNamesBothVersions() {
        assertThatThrownBy(() -> connect(config("misfit:x"), Misfit.class))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("NoClassDefFoundError: io/lettuce/core/Newest")
                .hasMessageContaining("org.assertj:assertj-core is there as 3.")
                .hasMessageContaining("built with 99.0")
                .hasCauseInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void backendThatNoServiceFileNames_isToldApartFromOneThatIsMissing() throws IOException {
        Path there = services.resolve("dev/pawl/lock/zookeeper/ZooKeeperBackendProvider.class");
        Files.createDirectories(there.getParent());
        Files.createFile(there);

        assertThatThrownBy(() -> connect(config("zookeeper://h")))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("dev.pawl:lock-zookeeper")
                .hasMessageContaining("merge them");
    }

    @Test
    void unknownKey_isRefused_withTheNearest() {
        LockConfig config = LockConfig.builder()
                .url("jdbc:h2:mem:x")
                .property("pawl.jdbc.createtable", "false")
                .build();

        assertThatThrownBy(() -> connect(config, Jdbc.class))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("did you mean 'pawl.jdbc.create-table'?");
        assertThat(Jdbc.made).isEmpty();
    }

    @Test
    void metRequirements_connect() throws IOException {
        connect(LockConfig.builder()
                .url("memory:")
                .require(Requirement.FIFO, Requirement.PUSH)
                .build());
    }

    @Test
    void unmetRequirement_saysWhatIsGiven_andClosesTheBackendAgain() {
        assertThatThrownBy(() -> connect(demanding("jdbc:h2:mem:x"), Jdbc.class))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("required are [FENCING_DURABLE, FIFO]")
                .hasMessageContaining("'jdbc:' does not give [FENCING_DURABLE]")
                .hasMessageContaining("order FIFO")
                .hasMessageContaining("token durability PROCESS");
        assertThat(Jdbc.made)
                .singleElement()
                .satisfies(backend -> assertThat(backend.closed).isTrue());
    }

    @Test
    void failureToClose_isSuppressed_notThrown() {
        assertThatThrownBy(() -> connect(demanding("jdbc:h2:mem:x"), UnclosableJdbc.class))
                .isInstanceOf(LockConfigException.class)
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(suppressed -> assertThat(suppressed).hasMessage("close failed")));
    }

    @Test
    void connectTimeout_isToldToTheBackend() throws IOException {
        LockConfig config = LockConfig.builder()
                .url("jdbc:h2:mem:x")
                .connectTimeout(Duration.ofSeconds(2))
                .build();

        connect(config, Jdbc.class);

        assertThat(Jdbc.made.get(0).settings.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    }

    private static LockConfig config(String url) {
        return LockConfig.builder().url(url).build();
    }

    private static LockConfig demanding(String url) {
        return LockConfig.builder()
                .url(url)
                .require(Requirement.FIFO, Requirement.FENCING_DURABLE)
                .build();
    }

    private LockBackend connect(LockConfig config, Class<?>... providers) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = FakeProviders.classPath(services, List.of(providers))) {
            thread.setContextClassLoader(loader);
            return Backends.connect(config);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
