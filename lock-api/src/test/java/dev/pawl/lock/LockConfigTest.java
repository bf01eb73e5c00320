package dev.pawl.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.internal.ConfigReader;
import dev.pawl.lock.internal.FakeProviders;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockConfigTest {

    @TempDir
    Path folder;

    @TempDir
    Path anotherFolder;

    @TempDir
    Path services;

    private final Map<String, String> environment = new HashMap<>();
    private final Properties system = new Properties();
    private final List<Class<?>> providers = new ArrayList<>();

    // Sources

    @Test
    void everyKey_isReadFromTheFile() throws IOException {
        file("""
                pawl.url=jdbc:postgresql://db:5432/app
                pawl.username=app
                pawl.password=h\u00fcnter2
                pawl.namespace=shop
                pawl.lease-time=10s
                pawl.renewal=false
                pawl.safety-margin=200ms
                pawl.hand-off-max-grants=3
                pawl.hand-off-max-time=50ms
                pawl.retry-ceiling=PT2S
                pawl.acquire-timeout=5s
                pawl.hold-at-least=9s
                pawl.interrupt-on-loss=true
                pawl.group=stock
                pawl.connect-timeout=20s
                pawl.require=FIFO, PUSH
                pawl.jdbc.create-table=false
                """);
        providers.add(FakeProviders.Jdbc.class);

        LockConfig config = load();

        assertThat(config.url()).isEqualTo("jdbc:postgresql://db:5432/app");
        assertThat(config.username()).contains("app");
        assertThat(config.password()).contains("h\u00fcnter2");
        assertThat(config.namespace()).isEqualTo("shop");
        assertThat(config.options())
                .isEqualTo(LockOptions.builder()
                        .leaseTime(Duration.ofSeconds(10))
                        .renewal(false)
                        .safetyMargin(Duration.ofMillis(200))
                        .handOff(3, Duration.ofMillis(50))
                        .retryCeiling(Duration.ofSeconds(2))
                        .acquireTimeout(Duration.ofSeconds(5))
                        .holdAtLeast(Duration.ofSeconds(9))
                        .interruptOnLoss(true)
                        .group("stock")
                        .build());
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.requirements()).containsExactly(Requirement.FIFO, Requirement.PUSH);
        assertThat(config.properties()).isEqualTo(Map.of("pawl.jdbc.create-table", "false"));
    }

    @Test
    void urlAlone_isEnough() throws IOException {
        environment.put("PAWL_URL", "memory:");

        LockConfig config = load();

        assertThat(config.namespace()).isEqualTo("pawl");
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.options()).isEqualTo(LockOptions.defaults());
        assertThat(config.username()).isEmpty();
        assertThat(config.password()).isEmpty();
        assertThat(config.requirements()).isEmpty();
        assertThat(config.properties()).isEmpty();
    }

    @Test
    void laterSourceWins_keyByKey() throws IOException {
        file("pawl.url=memory:file\npawl.namespace=file\npawl.lease-time=1s\npawl.require=FENCING_DURABLE\n");
        environment.put("PAWL_NAMESPACE", "environment");
        environment.put("PAWL_LEASE_TIME", "2s");
        system.setProperty("pawl.require", "");
        system.setProperty("pawl.lease-time", "3s");

        LockConfig config = load();

        assertThat(config.url()).isEqualTo("memory:file");
        assertThat(config.namespace()).isEqualTo("environment");
        assertThat(config.options().leaseTime()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.requirements()).isEmpty();
    }

    @Test
    void backendsOwnKey_isReadFromEverySource() throws IOException {
        providers.add(FakeProviders.Jdbc.class);
        system.setProperty("pawl.url", "jdbc:h2:mem:x");
        environment.put("PAWL_JDBC_CREATE_TABLE", "true");
        assertThat(load().properties()).containsEntry("pawl.jdbc.create-table", "true");

        system.setProperty("pawl.jdbc.create-table", "false");
        assertThat(load().properties()).containsEntry("pawl.jdbc.create-table", "false");
    }

    @Test
    void publicLoad_readsTheSystemProperties() {
        System.setProperty("pawl.url", "memory:from-the-system");
        try {
            assertThat(LockConfig.load().url()).isEqualTo("memory:from-the-system");
        } finally {
            System.clearProperty("pawl.url");
        }
    }

    @Test
    void withoutAUrl_theThreePlacesAreNamed() {
        assertRefused()
                .hasMessageContaining("pawl.url is not set")
                .hasMessageContaining("pawl.properties on the class path")
                .hasMessageContaining("environment variable PAWL_URL")
                .hasMessageContaining("system property pawl.url");
    }

    // Nothing is silently ignored

    @Test
    void unknownKeyInTheFile_isRefused_withTheNearest_andWhereItIs() throws IOException {
        file("pawl.url=memory:\npawl.leasetime=30s\n");

        assertRefused()
                .hasMessageContaining("pawl.leasetime")
                .hasMessageContaining("did you mean 'pawl.lease-time'?")
                .hasMessageContaining(folder.resolve("pawl.properties").toUri().getPath());
    }

    @Test
    void keyWithoutThePrefixInTheFile_isRefused() throws IOException {
        file("pawl.url=memory:\nnamespace=shop\n");

        assertRefused().hasMessageContaining("namespace").hasMessageContaining("unknown key");
    }

    @Test
    void unknownSystemProperty_isRefused_butNotOfOthers() throws IOException {
        system.setProperty("pawl.url", "memory:");
        system.setProperty("pawlonia.tree", "green");
        system.setProperty("pawl.servers", "embedded");
        system.setProperty("pawl.image.redis", "redis:8");
        system.setProperty("pawl.test.slow", "true");
        system.setProperty("pawl.chaos.seed", "42");
        load();

        system.setProperty("pawl.passwort", "hunter2");
        assertRefused()
                .hasMessageContaining("pawl.passwort (system property)")
                .hasMessageContaining("did you mean 'pawl.password'?")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void unknownVariable_isOnlyWarnedAbout_withTheNearest() {
        environment.put("PAWL_URL", "memory:");
        environment.put("PAWL_SERVICE_HOST", "10.0.0.1");
        environment.put("PAWL_LEASETIME", "30s");
        environment.put("pawl.namespace", "shop");
        environment.put("PAWLONIA", "green");
        // What the command of 'pawl run' has.
        environment.put("PAWL_LOCK", "nightly");
        environment.put("PAWL_TOKEN", "7");

        assertThat(ConfigReader.read(null, environment, system).warnings())
                .hasSize(3)
                .anyMatch(warning -> warning.contains("PAWL_SERVICE_HOST") && !warning.contains("did you mean"))
                .anyMatch(warning -> warning.contains("PAWL_LEASETIME") && warning.contains("'PAWL_LEASE_TIME'?"))
                .anyMatch(warning -> warning.contains("pawl.namespace") && warning.contains("PAWL_NAMESPACE"));
    }

    @Test
    void keyOfAnotherBackend_isKept_soThatASwapIsOneUrl() throws IOException {
        providers.add(FakeProviders.Jdbc.class);
        file("pawl.url=jdbc:h2:mem:x\npawl.jdbc.create-table=false\n");
        load();

        environment.put("PAWL_URL", "memory:");
        assertThat(load().url()).isEqualTo("memory:");

        system.setProperty("pawl.jdbc.createtable", "false");
        assertRefused().hasMessageContaining("did you mean 'pawl.jdbc.create-table'?");
    }

    @Test
    void keyOfABackendThatIsNeitherChosenNorThere_namesTheArtifactItBelongsTo() {
        system.setProperty("pawl.url", "memory:");
        system.setProperty("pawl.jdbc.create-table", "false");

        assertRefused().hasMessageContaining("belong to the artifact dev.pawl:lock-jdbc, which is not there");
    }

    @Test
    void fileOfTheTests_winsOverTheApplications_keyByKey() throws IOException {
        file("pawl.url=memory:application\npawl.namespace=shop\n");
        Files.writeString(anotherFolder.resolve("pawl-test.properties"), "pawl.url=memory:test\n");
        assertThat(load().url()).isEqualTo("memory:test");
        assertThat(load().namespace()).isEqualTo("shop");

        environment.put("PAWL_URL", "memory:environment");
        assertThat(load().url()).isEqualTo("memory:environment");
    }

    @Test
    void fileThatOnlyPawlsOwnLoaderSees_isRead() throws IOException {
        file("pawl.url=memory:beside-pawl\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (OwnCopy copy = new OwnCopy(folder)) {
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            assertThat(copy.load()).contains("memory:beside-pawl");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void byteOrderMark_andWhiteSpaceAroundValues_areNoPartOfThem() throws IOException {
        file("\uFEFFpawl.url=memory:x  \npawl.lease-time=10s\t\npawl.password= p \n");

        assertThat(load().url()).isEqualTo("memory:x");
        assertThat(load().options().leaseTime()).isEqualTo(Duration.ofSeconds(10));
        assertThat(load().password()).contains("p ");
    }

    @Test
    void keyOfABackendThatIsMissing_namesTheArtifact() {
        system.setProperty("pawl.url", "jdbc:h2:mem:x");
        system.setProperty("pawl.jdbc.create-table", "false");

        assertRefused().hasMessageContaining("add the artifact dev.pawl:lock-jdbc");
    }

    @Test
    void keySetTwiceInTheFile_isRefused() throws IOException {
        file("pawl.url=memory:one\npawl.url=memory:two\n");

        assertRefused().hasMessageContaining("set more than once: pawl.url").hasMessageContaining("pawl.properties");
    }

    @Test
    void twoFilesOnTheClassPath_areRefused_andBothNamed() throws IOException {
        file("pawl.url=memory:one\n");
        Files.writeString(anotherFolder.resolve("pawl.properties"), "pawl.url=memory:two\n");

        assertRefused()
                .hasMessageContaining(folder.toUri().getPath())
                .hasMessageContaining(anotherFolder.toUri().getPath());
    }

    @Test
    void twoUrlsInOneValue_areRefused() {
        environment.put("PAWL_URL", "redis://u:hunter2@h1,redis://h2");

        assertRefused()
                .hasMessageContaining("two URLs")
                .hasMessageContaining("PAWL_URL")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void fileThatIsNotUtf8_isRefused() throws IOException {
        Files.write(
                folder.resolve("pawl.properties"),
                "pawl.url=memory:\npawl.password=h\u00fcnter2\n".getBytes(StandardCharsets.ISO_8859_1));

        assertRefused().hasMessageContaining("not UTF-8").hasMessageNotContaining("nter2");
    }

    @Test
    void fileWithAMalformedEscape_isRefused() throws IOException {
        file("pawl.url=memory:\\uXYZ\n");

        assertRefused().hasMessageContaining("malformed \\u escape");
    }

    // Values

    @ParameterizedTest
    @CsvSource({
        "pawl.lease-time, 30, 500ms",
        "pawl.lease-time, 1ms, PT0.002S and PT168H",
        "pawl.lease-time, 8d, PT0.002S and PT168H",
        "pawl.renewal, yes, true or false",
        "pawl.safety-margin, -PT1S, PT0S and PT168H",
        "pawl.hand-off-max-grants, many, 0 and 1000",
        "pawl.hand-off-max-grants, 1001, 0 and 1000",
        "pawl.hand-off-max-time, 2m, PT0S and PT1M",
        "pawl.retry-ceiling, 1ms, PT0.01S and PT1M",
        "pawl.connect-timeout, 2h, PT0S and PT1H",
        "pawl.require, FIFA, did you mean 'FIFO'?",
        "pawl.require, 'FIFO,,PUSH', FENCING_DURABLE",
        "pawl.namespace, a/b, 1 to 64"
    })
    void badValue_isRefused_withKeyValueRangeAndPlace(String key, String value, String range) {
        environment.put("PAWL_URL", "memory:");
        system.setProperty(key, value);

        assertRefused()
                .hasMessageStartingWith(key + " (system property): '" + value + "': ")
                .hasMessageContaining(range);
    }

    @Test
    void emptyVariable_isNotSet_butABlankUrlElsewhereIsRefused() throws IOException {
        file("pawl.url=memory:\npawl.namespace=shop\n");
        environment.put("PAWL_URL", "");
        environment.put("PAWL_USERNAME", "");
        environment.put("PAWL_NAMESPACE", "");
        assertThat(load().url()).isEqualTo("memory:");
        assertThat(load().username()).isEmpty();
        assertThat(load().namespace()).isEqualTo("shop");

        system.setProperty("pawl.url", "");
        assertRefused().hasMessageContaining("pawl.url (system property): is blank");
    }

    @Test
    void marginOfMoreThanHalfTheLease_isRefused_withBothPlaces() {
        environment.put("PAWL_URL", "memory:");
        environment.put("PAWL_LEASE_TIME", "1s");
        system.setProperty("pawl.safety-margin", "600ms");

        assertRefused()
                .hasMessageContaining("pawl.safety-margin (system property)")
                .hasMessageContaining("pawl.lease-time (environment variable PAWL_LEASE_TIME)")
                .hasMessageContaining("PT0.6S");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://u:hunter2@h", "jdbc:postgresql://h/db?password=hunter2"})
    void credentialsInTheUrlAndBesideIt_areRefused_andNotShown(String url) {
        environment.put("PAWL_URL", url);
        system.setProperty("pawl.password", "swordfish");

        assertRefused()
                .hasMessageContaining("pawl.url (environment variable PAWL_URL)")
                .hasMessageContaining("pawl.password (system property)")
                .hasMessageNotContaining("hunter2")
                .hasMessageNotContaining("swordfish");
    }

    // In code

    @Test
    void builder_givesWhatAFileGives() throws IOException {
        file("""
                pawl.url=memory:x
                pawl.namespace=shop
                pawl.lease-time=10s
                pawl.renewal=false
                pawl.hand-off-max-grants=0
                pawl.hand-off-max-time=0s
                pawl.require=FIFO
                """);

        LockConfig built = LockConfig.builder()
                .url("memory:x")
                .namespace("shop")
                .leaseTime(Duration.ofSeconds(10))
                .renewal(false)
                .handOff(0, Duration.ZERO)
                .require(Requirement.FIFO)
                .build();

        assertThat(built.toString()).isEqualTo(load().toString());
    }

    @Test
    void options_mayBeSetAtOnce_andThenOneByOne() {
        LockOptions options = LockOptions.builder().renewal(false).build();

        LockConfig config = LockConfig.builder()
                .url("memory:")
                .options(options)
                .safetyMargin(Duration.ofSeconds(1))
                .retryCeiling(Duration.ofSeconds(5))
                .build();

        assertThat(config.options().renewal()).isFalse();
        assertThat(config.options().safetyMargin()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.options().retryCeiling()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void configuration_doesNotChangeWithItsBuilder() {
        LockConfig.Builder builder = LockConfig.builder().url("memory:").require(Requirement.FIFO);
        LockConfig config = builder.build();
        builder.require(Requirement.PUSH).property("pawl.memory.x", "1").leaseTime(Duration.ofSeconds(1));

        assertThat(config.requirements()).containsExactly(Requirement.FIFO);
        assertThat(config.properties()).isEmpty();
        assertThat(config.options()).isEqualTo(LockOptions.defaults());
    }

    @Test
    void builderWithoutAUrl_orWithAMalformedOne_isRefused() {
        assertThatThrownBy(() -> LockConfig.builder().build())
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.url is not set");
        assertThatThrownBy(() -> LockConfig.builder().url("localhost").build())
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.url: has no scheme");
    }

    @Test
    void builderWithTwoUrls_isRefused() {
        LockConfig.Builder builder = LockConfig.builder().url("redis://u:hunter2@h");

        assertThatThrownBy(() -> builder.url("memory:"))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("two URLs")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void commonKey_isNotABackendsOwn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockConfig.builder().property("pawl.url", "memory:"))
                .withMessageStartingWith("key: 'pawl.url'");
    }

    @Test
    void nulls_areRefused_byName() {
        assertThatNullPointerException()
                .isThrownBy(() -> LockConfig.builder().url(nothing()))
                .withMessage("url");
        assertThatNullPointerException()
                .isThrownBy(() -> LockConfig.builder().password(nothing()))
                .withMessage("password");
    }

    // Secrets

    @Test
    void text_hidesEverySecret() {
        LockConfig config = LockConfig.builder()
                .url("redis://user:hunter2@h:6379")
                .property("pawl.redis.key-store-password", "swordfish")
                .build();
        LockConfig beside = LockConfig.builder()
                .url("redis://h:6379")
                .username("user")
                .password("hunter2")
                .build();

        assertThat(config.toString())
                .contains("redis://***@h:6379", "pawl.redis.key-store-password")
                .doesNotContain("hunter2", "swordfish");
        assertThat(beside.toString()).contains("redis://h:6379").doesNotContain("hunter2");
    }

    // Helpers

    private void file(String text) throws IOException {
        Files.writeString(folder.resolve("pawl.properties"), text);
    }

    private LockConfig load() throws IOException {
        try (URLClassLoader loader = FakeProviders.classPath(services, providers, folder, anotherFolder)) {
            return LockConfig.load(loader, environment, system);
        }
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused() {
        return assertThatThrownBy(this::load).isInstanceOf(LockConfigException.class);
    }

    @SuppressWarnings("NullAway")
    private static String nothing() {
        return null;
    }
}
