package dev.pawl.lock.testservers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/** A ZooKeeper session of somebody else, and what a connection must know that wants to go on with it. */
final class ForeignSession {

    private static final int ID_AT = 3 * Integer.BYTES;
    private static final int PASSWORD_AT = ID_AT + Long.BYTES + Integer.BYTES;
    private static final int END = PASSWORD_AT + 16;

    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int ANSWER_MILLIS = 2_000;

    /** 0 where there is none: nobody has connected, or the answer said that the session was over. */
    private final long id;

    private final byte[] password;

    /**
     * The session in a server's answer to a new connection.
     *
     * @param answer its length, a version and the time-out, then the session and its password
     */
    ForeignSession(byte[] answer) {
        id = answer.length < END ? 0 : ByteBuffer.wrap(answer).getLong(ID_AT);
        password = id == 0 ? new byte[0] : Arrays.copyOfRange(answer, PASSWORD_AT, END);
    }

    /**
     * Whether it is over. If it is not, it is gone on with here and closed, which its client may thwart by coming back.
     *
     * @param servers where
     */
    boolean isClosed(String servers) throws IOException, InterruptedException {
        if (id == 0) {
            return true;
        }
        BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
        ZooKeeper handle = new ZooKeeper(servers, TIMEOUT_MILLIS, event -> states.add(event.getState()), id, password);
        try {
            return states.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS) == KeeperState.Expired;
        } finally {
            handle.close();
        }
    }
}
