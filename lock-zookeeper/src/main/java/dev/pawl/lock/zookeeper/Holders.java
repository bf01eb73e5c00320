package dev.pawl.lock.zookeeper;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockInfo;
import dev.pawl.lock.zookeeper.Session.Found;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.jspecify.annotations.Nullable;

/** Who holds which lock, and how one is taken from its holder, whoever that is. Every call reads, or writes, at the service. */
final class Holders {

    /** How often the head of a line may go while it is read. */
    private static final int MOST_TRIES = 8;

    /** How many locks are asked for at once. */
    private static final int AT_ONCE = 100;

    private final Sessions sessions;
    private final String namespace;

    Holders(Sessions sessions, String namespace) {
        this.sessions = sessions;
        this.namespace = namespace;
    }

    /**
     * The head of a line.
     *
     * @param path its node
     * @param found what is in that
     * @param next the path of the node behind it, or null
     * @param waiting how many are behind it
     */
    private record Head(String path, Found found, @Nullable String next, int waiting) {

        long czxid() {
            return found.stat().getCzxid();
        }

        long mzxid() {
            return found.stat().getMzxid();
        }

        LockInfo.Builder describe(FencingToken token) {
            return LockInfo.builder(token).holder(found.label()).waiting(waiting);
        }
    }

    CompletableFuture<Optional<LockInfo>> inspect(String name) {
        return sessions.inPresent(session -> inspect(session, name));
    }

    private CompletableFuture<Optional<LockInfo>> inspect(Session session, String name) {
        return head(session, name, 0)
                .thenApply(head -> Optional.ofNullable(head)
                        .map(it -> it.describe(new FencingToken(name, ZooKeeperGrant.firstOf(it.czxid())))
                                .build()));
    }

    /** Null if there is nobody in the line. */
    private CompletableFuture<@Nullable Head> head(Session session, String name, int tries) {
        String parent = namespace + '/' + LockPath.segment(name);
        CompletableFuture<List<String>> children = Futures.after(
                session.childrenNow(parent),
                (names, failure) -> failure != null && Faults.codeOf(failure) == Code.NONODE
                        ? CompletableFuture.completedFuture(List.of())
                        : failure != null
                                ? CompletableFuture.failedFuture(failure)
                                : CompletableFuture.completedFuture(names));
        return children.thenCompose(names -> {
            List<String> line = names.stream()
                    .sorted(Comparator.comparingLong(QueueSnapshot::sequenceOf))
                    .toList();
            if (line.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            String first = parent + '/' + line.get(0);
            String next = line.size() > 1 ? parent + '/' + line.get(1) : null;
            return session.read(first).thenCompose(found -> {
                if (found != null) {
                    return CompletableFuture.completedFuture(new Head(first, found, next, line.size() - 1));
                }
                return tries < MOST_TRIES ? head(session, name, tries + 1) : CompletableFuture.failedFuture(movesOn());
            });
        });
    }

    /** The names are read at once, and who holds them little by little, until there are enough. */
    CompletableFuture<List<LockInfo>> list(String prefix, int limit) {
        return sessions.inPresent(session -> session.childrenNow(namespace).thenCompose(segments -> {
            List<String> names = segments.stream()
                    .map(LockPath::nameOf)
                    .flatMap(Optional::stream)
                    .filter(name -> !name.isBlank() && name.startsWith(prefix))
                    .sorted()
                    .toList();
            return more(session, names, 0, limit, new ArrayList<>());
        }));
    }

    private CompletableFuture<List<LockInfo>> more(
            Session session, List<String> names, int from, int limit, List<LockInfo> held) {
        if (from >= names.size() || held.size() >= limit) {
            return CompletableFuture.completedFuture(held.subList(0, Math.min(limit, held.size())));
        }
        int to = Math.min(names.size(), from + AT_ONCE);
        List<CompletableFuture<Optional<LockInfo>>> answers = names.subList(from, to).stream()
                .map(name -> inspect(session, name))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenCompose(done -> {
                    answers.stream()
                            .map(CompletableFuture::join)
                            .flatMap(Optional::stream)
                            .forEach(held::add);
                    return more(session, names, to, limit, held);
                });
    }

    /**
     * Deletes the node of a holder if the token is of that hold, and nobody has written to the node since it was read. The raised token
     * lies above those of the holder, and below those of everybody who stands behind it, since before or from now on: their nodes were
     * made by later writes than those that gave the holder its tokens.
     */
    CompletableFuture<Optional<LockInfo>> forceRelease(FencingToken seen) {
        return sessions.inPresent(session -> forceRelease(session, seen, 0));
    }

    private CompletableFuture<Optional<LockInfo>> forceRelease(Session session, FencingToken seen, int tries) {
        return head(session, seen.lock(), tries).thenCompose(head -> {
            if (head == null || !ZooKeeperGrant.isOf(seen.value(), head.czxid(), head.mzxid())) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            String next = head.next();
            if (next == null) {
                return delete(session, seen, head, head.mzxid());
            }
            return session.read(next).thenCompose(behind -> {
                if (behind == null) {
                    return tries < MOST_TRIES
                            ? forceRelease(session, seen, tries + 1)
                            : CompletableFuture.failedFuture(movesOn());
                }
                // A write to the node that came after the one behind has given the holder no tokens.
                return delete(
                        session,
                        seen,
                        head,
                        Math.min(head.mzxid(), behind.stat().getCzxid() - 1));
            });
        });
    }

    private static CompletableFuture<Optional<LockInfo>> delete(
            Session session, FencingToken seen, Head head, long lastWrite) {
        return session.delete(head.path(), head.found().stat().getVersion())
                .thenApply(gone -> gone ? Optional.of(taken(seen, head, lastWrite)) : Optional.empty());
    }

    private static Faults.Refused movesOn() {
        return new Faults.Refused("has a line for this lock that moves on faster than it can be read");
    }

    private static LockInfo taken(FencingToken seen, Head head, long number) {
        return head.describe(new FencingToken(seen.lock(), ZooKeeperGrant.lastOf(number)))
                .revoked(true)
                .build();
    }
}
