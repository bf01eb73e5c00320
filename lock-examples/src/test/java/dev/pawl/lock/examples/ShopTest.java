package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.StaleTokenException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShopTest {

    @TempDir
    Path directory;

    @Test
    void books_areReadAsWritten() throws IOException {
        try (Shop shop = Shop.withStock(directory, 100_000)) {
            shop.write(new Shop.Books(100_000, 3, Long.MAX_VALUE));
        }
        try (Shop shop = Shop.open(directory)) {
            assertThat(shop.books()).isEqualTo(new Shop.Books(100_000, 3, Long.MAX_VALUE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory:", "jdbc:h2:mem:stand;DB_CLOSE_DELAY=5"})
    void staleToken_isRefusedByTheGuard_equalAndNewerAreNot(String url) throws IOException {
        try (Ledger ledger = Ledger.at(url);
                Stand stand = Stand.withStock(ledger, directory, 10)) {
            stand.sellGuarded(stand.books(), token(34), "1/1");
            assertThatExceptionOfType(StaleTokenException.class)
                    .isThrownBy(() -> stand.sellGuarded(stand.books(), token(33), "1/2"))
                    .withMessageContainingAll("demo/coupon", "33", "34");
            stand.sellGuarded(stand.books(), token(34), "1/1");
            stand.sellGuarded(stand.books(), token(35), "1/1");
            assertThat(stand.count()).isEqualTo(new Result.Count(3, 3));
            stand.sell(new Shop.Books(10, 0, 0), token(33), "1/2");
            assertThat(stand.count()).isEqualTo(new Result.Count(4, 1));
            stand.remove();
            assertThatIOException().isThrownBy(stand::books);
        }
    }

    private static FencingToken token(long value) {
        return new FencingToken(Worker.COUPON, value);
    }

    @Test
    void receipts_tellWhatHappened() {
        Tally tally = Tally.of(
                List.of(
                        new Shop.Receipt(11, 5, "1/1"),
                        new Shop.Receipt(12, 7, "2/1"),
                        new Shop.Receipt(12, 6, "1/2"),
                        new Shop.Receipt(14, 8, "1/1")),
                "1");

        assertThat(tally).isEqualTo(new Tally(4, 3, 1, 1, 1));
        assertThat(new Result.Sale(4, 0, tally, 1).isExact()).isFalse();
    }
}
