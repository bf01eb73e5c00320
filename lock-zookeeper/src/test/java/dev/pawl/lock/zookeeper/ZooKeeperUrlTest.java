package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.spi.BackendSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.ZooDefs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a URL means, and that nothing in it is ignored. */
class ZooKeeperUrlTest {

    private static ZooKeeperUrl parse(String url) {
        return ZooKeeperUrl.parse(new BackendSettings(url, null, null, "pawl", Map.of()));
    }

    @Test
    void hosts_portsAndChroot_areGivenOn() {
        assertThat(parse("zookeeper://h1").servers()).isEqualTo("h1");
        assertThat(parse("zookeeper://h1:2181,h2:2182,[::1]:2183/apps/shop").servers())
                .isEqualTo("h1:2181,h2:2182,[::1]:2183/apps/shop");
        assertThat(parse("zookeeper://h1/").servers()).isEqualTo("h1");
    }

    @Test
    void times_areRead_andHaveDefaults() {
        ZooKeeperUrl usual = parse("zookeeper://h1");
        assertThat(usual.sessionTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(usual.options().ioTimeout()).isEqualTo(Duration.ofSeconds(3));
        ZooKeeperUrl own = parse("zookeeper://h1/a?sessionTimeout=1m&timeout=250ms");
        assertThat(own.sessionTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(own.options().ioTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(parse("zookeeper://h1?sessionTimeout=2s").options().ioTimeout())
                .isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void credentials_areReadFromEitherPlace_andHidden() {
        ZooKeeperUrl inUrl = parse("zookeeper://al%40ice:p%3Aw+x@h1");
        assertThat(inUrl.credentials()).isEqualTo(new ZooKeeperUrl.Credentials("al@ice", "p:w+x"));
        assertThat(inUrl.servers()).isEqualTo("h1");
        assertThat(inUrl.toString()).doesNotContain("p:w+x");
        ZooKeeperUrl beside =
                ZooKeeperUrl.parse(new BackendSettings("zookeeper://h1", "alice", "secret", "pawl", Map.of()));
        assertThat(beside.credentials()).isEqualTo(new ZooKeeperUrl.Credentials("alice", "secret"));
    }

    @Test
    void acl_isOpen_orTheCreatorsWhereThereIsOne() {
        assertThat(parse("zookeeper://h1").options().acl()).isEqualTo(ZooDefs.Ids.OPEN_ACL_UNSAFE);
        assertThat(parse("zookeeper://a:b@h1").options().acl()).isEqualTo(ZooDefs.Ids.CREATOR_ALL_ACL);
        ZooKeeperUrl open = ZooKeeperUrl.parse(
                new BackendSettings("zookeeper://a:b@h1", null, null, "pawl", Map.of(ZooKeeperUrl.ACL_KEY, "open")));
        assertThat(open.options().acl()).isEqualTo(ZooDefs.Ids.OPEN_ACL_UNSAFE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zookeeper:",
                "zookeeper:///chroot",
                "zookeeper://h1,,h2",
                "zookeeper://h1:notaport",
                "zookeeper://h1:70000",
                "zookeeper://h1:0",
                "zookeeper://h1/a/",
                "zookeeper://h1/a/../b",
                "zookeeper://h1/.",
                "zookeeper://h1/a%00b",
                "zookeeper://h1/a%0Ab",
                "zookeeper://h1?timeout=5s&sessionTimeout=4s",
                "zookeeper://h1/a//b",
                "zookeeper://h1?tiemout=3s",
                "zookeeper://h1?timeout=3",
                "zookeeper://h1?timeout=0ms",
                "zookeeper://h1?sessionTimeout=1ms",
                "zookeeper://h1#x",
                "zookeeper://alice@h1"
            })
    void whatMakesNoSense_isRefused(String url) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(LockConfigException.class)
                .hasMessageContaining("pawl.");
    }

    @Test
    void contradictions_areRefused_withoutTellingSecrets() {
        for (BackendSettings settings : List.of(
                new BackendSettings("zookeeper://h1", "alice", null, "pawl", Map.of()),
                new BackendSettings("zookeeper://h1", null, "secret", "pawl", Map.of()),
                new BackendSettings("zookeeper://a:secret@h1", "alice", "secret", "pawl", Map.of()),
                new BackendSettings("zookeeper://a:secret@h 1", null, null, "pawl", Map.of()),
                new BackendSettings("zookeeper://a:secret/x@h1", null, null, "pawl", Map.of()),
                new BackendSettings("zookeeper://h1", null, null, "zookeeper", Map.of()),
                new BackendSettings("zookeeper://h1", null, null, "pawl", Map.of(ZooKeeperUrl.ACL_KEY, "creator")),
                new BackendSettings("zookeeper://h1", null, null, "pawl", Map.of(ZooKeeperUrl.ACL_KEY, "everyone")),
                new BackendSettings("zookeeper://h1", null, null, "pawl", Map.of(ZooKeeperUrl.SASL_KEY, " ")))) {
            assertThatThrownBy(() -> ZooKeeperUrl.parse(settings))
                    .isInstanceOf(LockConfigException.class)
                    .message()
                    .doesNotContain("secret");
        }
    }
}
