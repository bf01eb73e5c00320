package dev.pawl.lock.redlock;

import dev.pawl.lock.redis.RestrictedUser;
import dev.pawl.lock.testservers.RedisServers;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user of the masters may do who has what the page says and no more. */
@Timeout(180)
final class RedlockPermissionsTest {

    @Test
    void mastersOfAQuorum_wantWhatTheirPageLists() {
        String rights = String.join(
                " ",
                RestrictedUser.listed("redlock.md", RestrictedUser.LOCKS),
                RestrictedUser.listed(
                        "redlock.md", "+set +get +del +exists +pexpire +pttl +time +zadd +zpopmin +zrem +publish"),
                RestrictedUser.KEYS,
                RestrictedUser.CHANNELS);
        RedisServers servers = RedisServers.independent(3);
        RestrictedUser.withUser(
                servers, rights, () -> RestrictedUser.usesLocks("permissions-" + UUID.randomUUID(), servers.url()));
    }
}
