package dev.pawl.lock.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

class SessionTest {

    /** A newer server may have one. Whoever waits for the answer would wait for ever. */
    @Test
    void anErrorCodeThatTheClientDoesNotKnow_isAFault() throws Exception {
        ZooKeeper handle = new ZooKeeper("127.0.0.1:1", 1_000, event -> {}) {
            @Override
            public void sync(String path, AsyncCallback.VoidCallback callback, Object context) {
                callback.processResult(-999, path, context);
            }
        };
        try (handle) {
            assertThat(new Session(handle, List.of()).sync("/"))
                    .failsWithin(Duration.ZERO)
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(KeeperException.SystemErrorException.class);
        }
    }
}
