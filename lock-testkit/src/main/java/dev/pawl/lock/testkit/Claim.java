package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * One acquisition as its caller saw it, by the monotonic clock of the machine, which its processes share.
 *
 * @param token the fencing token
 * @param invoked before the request
 * @param acquired after its return
 * @param ended before the release, or the last instant at which the lease was seen valid
 */
public record Claim(long token, long invoked, long acquired, long ended) {

    /**
     * The claim of a lease that is held now, and about to be released.
     *
     * @param lease the lease
     * @param invoked before the request
     * @param acquired after its return
     * @return the claim
     */
    public static Claim now(Lease lease, long invoked, long acquired) {
        return new Claim(lease.token().value(), invoked, acquired, System.nanoTime());
    }

    /**
     * What a child that contends has written, see {@link ChildMain}.
     *
     * @param child the child
     * @return its claims so far
     */
    public static List<Claim> of(ChildJvm child) {
        return child.lines().stream()
                .filter(line -> line.startsWith("claim "))
                .map(line -> line.split(" "))
                .map(words -> new Claim(
                        Long.parseLong(words[1]),
                        Long.parseLong(words[2]),
                        Long.parseLong(words[3]),
                        Long.parseLong(words[4])))
                .toList();
    }

    /**
     * Promise 2: an acquisition that began after another had returned has a larger token; none is given twice.
     *
     * @param claims of one lock
     */
    public static void assertTokensOnlyGoUp(Collection<Claim> claims) {
        assertThat(claims.stream().map(Claim::token)).doesNotHaveDuplicates();
        List<Claim> byStart =
                claims.stream().sorted(Comparator.comparingLong(Claim::invoked)).toList();
        List<Claim> byReturn = claims.stream()
                .sorted(Comparator.comparingLong(Claim::acquired))
                .toList();
        int returned = 0;
        long largest = 0;
        for (Claim claim : byStart) {
            while (byReturn.get(returned).acquired() < claim.invoked()) {
                largest = Math.max(largest, byReturn.get(returned).token());
                returned++;
            }
            assertThat(claim.token())
                    .as("token of %s, after a token had been returned before it began", claim)
                    .isGreaterThan(largest);
        }
    }

    /**
     * Promise 1: no two claims overlap.
     *
     * @param claims of one lock
     */
    public static void assertOneAtATime(Collection<Claim> claims) {
        List<Claim> inOrder = claims.stream()
                .sorted(Comparator.comparingLong(Claim::acquired))
                .toList();
        for (int i = 1; i < inOrder.size(); i++) {
            assertThat(inOrder.get(i).acquired())
                    .as("start of %s, while %s lasts", inOrder.get(i), inOrder.get(i - 1))
                    .isGreaterThanOrEqualTo(inOrder.get(i - 1).ended());
        }
    }
}
