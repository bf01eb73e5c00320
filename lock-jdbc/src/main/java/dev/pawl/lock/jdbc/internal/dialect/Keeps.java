package dev.pawl.lock.jdbc.internal.dialect;

import dev.pawl.lock.Guarantees.TokenDurability;
import org.jspecify.annotations.Nullable;

/**
 * How long the database keeps what it has confirmed, as far as it tells.
 *
 * @param durability what the order of tokens survives in lease mode
 * @param caveat a sentence on what may be forgotten, or empty
 * @param cluster what makes rows lockable at several nodes at once, which do not know of each other's row locks; null if nothing does
 */
public record Keeps(
        TokenDurability durability, String caveat, @Nullable String cluster) {

    public static Keeps all() {
        return new Keeps(TokenDurability.DURABLE, "", null);
    }

    /** Because of a setting, a crash of the server undoes its last commits. */
    public static Keeps late(String setting) {
        return floored("The server confirms commits before they are on the disk (" + setting
                + "): if it crashes, what it granted in the last moment may be forgotten and granted again.");
    }

    /** A failover undoes what the replica has not received. */
    public static Keeps lagging() {
        return floored(
                "The server has replicas that its commits do not wait for: if one of them takes over, what it has not"
                        + " received yet is forgotten and granted again.");
    }

    public static Keeps floored(String caveat) {
        return new Keeps(TokenDurability.CLOCK_FLOORED, caveat, null);
    }

    public Keeps inCluster(@Nullable String name) {
        return new Keeps(durability, caveat, name);
    }
}
