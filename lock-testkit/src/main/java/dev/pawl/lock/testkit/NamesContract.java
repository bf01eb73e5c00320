package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The row "names": any non-blank string up to 1,024 characters, case-sensitive, any Unicode, without collisions. What is refused
 * is in {@link ArgumentsContract}.
 */
public interface NamesContract extends ContractCase {

    /** Names that some mapping to keys, paths or rows has been known to confuse. */
    static Stream<String> names() {
        return Stream.of(
                        plain(),
                        separators(),
                        wildcardsAndQuotes(),
                        unicode(),
                        Stream.of(
                                "x".repeat(1_024),
                                "x".repeat(1_023) + "y",
                                "x".repeat(1_023),
                                "\uD83D\uDD12".repeat(512)))
                .flatMap(names -> names);
    }

    private static Stream<String> plain() {
        return Stream.of(
                "a", "A", "b", "a ", " a", "a  ", "a\t", "a\n", "\na", "a\r\n", "a\u0000", "\u0000a", "null", "0", "-",
                "_");
    }

    private static Stream<String> separators() {
        return Stream.of(
                "a:q", "a:t", "a:q:t", ":a", "a:", "{a}", "{a", "a}", "{}a", "{a}:t", "{a}:q", "a/b", "/a", "a/",
                "a//b", "/", ".", "..", "../a", "a/./b", "a\\b", "a.b", "a,b", "a;b", "a|b", "a#b", "a?b", "a=b",
                "a&b");
    }

    private static Stream<String> wildcardsAndQuotes() {
        return Stream.of(
                "*",
                "a*",
                "[a]",
                "a%2Fb",
                "a%2fb",
                "%",
                "%s",
                "a+b",
                "a b",
                "a%20b",
                "'a'",
                "\"a\"",
                "`a`",
                "a''b",
                "'; DROP TABLE locks; --",
                "${a}",
                "$a",
                "a\\u0062");
    }

    private static Stream<String> unicode() {
        return Stream.of(
                "\u00E9",
                "e\u0301",
                "\u00C9",
                "\u00DF",
                "ss",
                "I",
                "i",
                "\u0130",
                "\u0131",
                "\uFF41",
                "\u03C3",
                "\u03C2",
                "\uD83D\uDD12",
                "\uD83D\uDD13",
                "\uFFFD",
                "\uFFFF",
                "\uFEFFa",
                "a\u200B",
                "a\u00A0",
                "\u00A0",
                "\u202Ea",
                "\u65E5\u672C");
    }

    @Test
    @Proves(Part.KEYS)
    default void namesOfEveryKind_areDifferentLocks() {
        List<String> names = names().toList();
        assertThat(names).doesNotHaveDuplicates();
        LockClient other = bench().newClient();
        List<Lease> leases =
                names.stream().map(name -> Bench.hold(bench().client(), name)).toList();
        assertThat(leases).extracting(Lease::name).containsExactlyElementsOf(names);
        assertThat(leases).extracting(lease -> lease.token().lock()).containsExactlyElementsOf(names);
        assertThat(names)
                .allSatisfy(name -> assertThat(other.lock(name).tryAcquire()).isEmpty());
        assertThat(leases).allMatch(Lease::isValid);
        leases.forEach(Lease::close);
        assertThat(names)
                .allSatisfy(
                        name -> assertThat(bench().fixture().leftBehind(name)).isEmpty());
    }

    @Test
    @Proves(Part.KEYS)
    default void namesOfEveryKind_areRenewedAndWokenAlike() {
        List<String> names = names().toList();
        LockClient other = bench().newClient();
        List<Lease> leases = names.stream()
                .map(name -> Bench.hold(bench().client(), name, Bench.options(Bench.SHORT_LEASE)))
                .toList();
        var waiters =
                names.stream().map(name -> other.lock(name).acquireAsync()).toList();
        Bench.await("renewals of all")
                .during(Bench.SHORT_LEASE.multipliedBy(3).dividedBy(2))
                .until(() -> leases.stream().allMatch(Lease::isValid));
        leases.forEach(Lease::close);
        waiters.forEach(waiter -> Bench.get(waiter).close());
        assertThat(names)
                .allSatisfy(
                        name -> assertThat(bench().fixture().leftBehind(name)).isEmpty());
    }
}
