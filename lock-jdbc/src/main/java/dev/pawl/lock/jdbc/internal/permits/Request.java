package dev.pawl.lock.jdbc.internal.permits;

/**
 * What a contest wants.
 *
 * @param owner who asks
 * @param client where it hears of its turn
 * @param permits how many
 * @param most how many may be out with these
 * @param leaseMicros how long a hold is kept
 * @param turnMicros how long permits are reserved when its turn has come
 */
record Request(String owner, String client, long permits, long most, long leaseMicros, long turnMicros) {}
