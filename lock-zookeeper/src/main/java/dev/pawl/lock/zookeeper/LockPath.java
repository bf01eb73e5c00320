package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import java.nio.charset.StandardCharsets;

/**
 * Where one contest takes place: {@code /<namespace>/<escaped name>/<owner>-<sequence>}.
 *
 * @param namespace the namespace's node
 * @param parent the lock's container node, under which the contestants queue
 * @param ours how the names of this contest's nodes begin; the service adds the sequence number
 */
record LockPath(String namespace, String parent, String ours) {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    static LockPath of(String namespace, Contest contest) {
        return new LockPath(namespace, namespace + '/' + escape(contest.name()), contest.owner() + '-');
    }

    /** The path that a sequential create is sent with. */
    String prefix() {
        return parent + '/' + ours;
    }

    String child(String name) {
        return parent + '/' + name;
    }

    /**
     * A name as one segment of a path: every byte of its UTF-8 form but those of letters, digits, {@code -}, {@code _} and
     * {@code .} as {@code %XX}. A leading dot too, since ZooKeeper refuses the segments {@code .} and {@code ..}. No two names
     * have the same segment, because {@code %} itself is always written as {@code %25}.
     */
    static String escape(String name) {
        StringBuilder segment = new StringBuilder(name.length());
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(b) && !(b == '.' && segment.isEmpty())) {
                segment.append((char) b);
            } else {
                segment.append('%').append(HEX[(b >> 4) & 0xF]).append(HEX[b & 0xF]);
            }
        }
        return segment.toString();
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '-'
                || b == '_'
                || b == '.';
    }
}
