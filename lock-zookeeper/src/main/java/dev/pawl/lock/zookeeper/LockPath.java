package dev.pawl.lock.zookeeper;

import dev.pawl.lock.spi.Contest;
import dev.pawl.lock.spi.LockNames;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where one contest takes place: {@code /<namespace>/<segment of the name>/<owner>-<sequence>}. Of a semaphore it is {@code
 * /<namespace>/<segment>@permits/<owner>-<permits>-<limit>-<sequence>}, of a reader-writer lock the same under {@code @read-write}.
 * No segment of a name has an {@code @} in it.
 *
 * @param namespace the namespace's node
 * @param parent the container node under which the contestants queue
 * @param ours how the names of this contest's nodes begin; the service adds the sequence number
 */
record LockPath(String namespace, String parent, String ours) {

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    /** Of a name that is written out. The paths of a session's nodes are limited in sum, see {@link Room}. */
    private static final int LONGEST = 100;

    /** How many digits the service adds. */
    private static final int SEQUENCE = 10;

    static LockPath of(String namespace, Contest contest) {
        return switch (contest.mode()) {
            case EXCLUSIVE -> new LockPath(namespace, namespace + '/' + segment(contest.name()), contest.owner() + '-');
            case PERMITS -> ofPermits(namespace, contest, "@permits");
            case READ_WRITE -> ofPermits(namespace, contest, "@read-write");
        };
    }

    private static LockPath ofPermits(String namespace, Contest contest, String kind) {
        return new LockPath(
                namespace,
                namespace + '/' + segment(contest.name()) + kind,
                contest.owner() + '-' + contest.permits() + '-' + contest.limit() + '-');
    }

    /** How long the path of a node is, in bytes at the service; without the chroot. */
    int bytes() {
        return namespace.getBytes(StandardCharsets.UTF_8).length + prefix().length() - namespace.length() + SEQUENCE;
    }

    /** The path that a sequential create is sent with. */
    String prefix() {
        return parent + '/' + ours;
    }

    String child(String name) {
        return parent + '/' + name;
    }

    /**
     * A name as one segment of a path: escaped, or where that is too long, {@code #} and its SHA-256. No escaped name has a
     * {@code #} in it.
     */
    static String segment(String name) {
        String escaped = escape(name);
        return escaped.length() <= LONGEST ? escaped : '#' + LockNames.sha256(name);
    }

    /**
     * A name so that a path can have it: every byte of its UTF-8 form but those of letters, digits, {@code -}, {@code _} and
     * {@code .} as {@code %XX}. A leading dot too, since ZooKeeper refuses the segments {@code .} and {@code ..}. No two names
     * are written alike, because {@code %} itself is always written as {@code %25}.
     */
    private static String escape(String name) {
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

    /** The name that was written out as a segment; empty if it was not, or is no segment of a lock. */
    static Optional<String> nameOf(String segment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            if (segment.charAt(i) == '%' && i + 2 < segment.length()) {
                int high = Character.digit(segment.charAt(i + 1), 16);
                int low = Character.digit(segment.charAt(i + 2), 16);
                bytes.write((high << 4) + low);
                i += 2;
            } else {
                bytes.write(segment.charAt(i));
            }
        }
        String name = bytes.toString(StandardCharsets.UTF_8);
        return segment(name).equals(segment) ? Optional.of(name) : Optional.empty();
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
