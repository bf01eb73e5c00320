package dev.pawl.lock.jdbc.internal.dialect;

/**
 * What a guard finds in the row of a lock.
 *
 * @param token the last token
 * @param held whether the token that was asked about is of the grant that has the lock
 */
public record Guarded(long token, boolean held) {}
