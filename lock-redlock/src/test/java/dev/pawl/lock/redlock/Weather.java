package dev.pawl.lock.redlock;

import java.util.List;
import java.util.SplittableRandom;

/**
 * What befalls messages, nodes, clients and clocks. Chances are of one message, or of one stroke of fate.
 *
 * @param mood which assumptions hold
 * @param dropped requests and replies that are lost
 * @param unlucky the kind of request that is lost much more often, by its first letters; or nothing that any begins with
 * @param slow messages that take up to twice the lease
 * @param repeated requests that arrive twice; the one reply that counts is that of either
 * @param astray requests that come later than those that were sent after them
 * @param deaf wake-ups that are lost
 * @param strokes how often something happens to a node, a client or a clock
 */
record Weather(
        Mood mood,
        double dropped,
        String unlucky,
        double slow,
        double repeated,
        double astray,
        double deaf,
        int strokes) {

    /** Which of the documented assumptions hold. */
    enum Mood {
        /** Nothing fails. */
        CALM,
        /** Nothing fails, but each of many clients is nearer to another node, and all begin at the same instant. */
        RUSH,
        /** Nodes keep their data, and time passes equally fast everywhere but for the margin; times of day jump. */
        SOUND,
        /** Nodes lose their data, but stay away longer than a lease, and the times of day of most of them are sane. */
        FORGETFUL,
        /** Nodes keep their data, but leases run out at any time: only the order of tokens is left. */
        TIMELESS
    }

    static Weather of(SplittableRandom chance) {
        int drawn = chance.nextInt(12);
        if (drawn < 2) {
            return drawn == 0 ? calm() : new Weather(Mood.RUSH, 0, "-", 0, 0, 0, 0, 0);
        }
        Mood mood = drawn < 7 ? Mood.SOUND : drawn < 9 ? Mood.FORGETFUL : Mood.TIMELESS;
        boolean orderly = chance.nextInt(3) == 0;
        double often = mood == Mood.TIMELESS ? 0.5 : 0.1;
        return new Weather(
                mood,
                chance.nextInt(3) == 0 ? 0 : chance.nextDouble(0.15),
                List.of("-", "-", "ACQUIRE", "RECORD", "RECORD", "RELEASE", "RENEW")
                        .get(chance.nextInt(7)),
                chance.nextInt(3) == 0 ? 0 : chance.nextDouble(0.15),
                orderly ? 0 : chance.nextDouble(often),
                orderly ? 0 : chance.nextDouble(often),
                chance.nextDouble(0.3),
                chance.nextInt(6));
    }

    /** How likely a request is lost. */
    double dropped(String what) {
        return what.startsWith(unlucky) ? 0.4 : dropped;
    }

    static Weather calm() {
        return new Weather(Mood.CALM, 0, "-", 0, 0, 0, 0, 0);
    }
}
