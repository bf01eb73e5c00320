package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import java.nio.charset.StandardCharsets;

/** What a client calls itself, as the data of its nodes: it costs no request. */
final class Label {

    private Label() {}

    static byte[] of(Contest contest) {
        return contest.holder().getBytes(StandardCharsets.UTF_8);
    }

    static String in(byte[] data) {
        return new String(data, StandardCharsets.UTF_8);
    }
}
