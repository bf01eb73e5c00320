package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void staleToken_isRefused_equalAndNewerAreNot() throws IOException {
        try (Shop shop = Shop.withStock(directory, 10)) {
            assertThat(shop.writeUnlessStale(new Shop.Books(10, 1, 34))).isTrue();
            assertThat(shop.writeUnlessStale(new Shop.Books(10, 2, 33))).isFalse();
            assertThat(shop.writeUnlessStale(new Shop.Books(10, 3, 34))).isTrue();
            assertThat(shop.writeUnlessStale(new Shop.Books(10, 4, 35))).isTrue();
            assertThat(shop.books()).isEqualTo(new Shop.Books(10, 4, 35));
        }
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
