package dev.pawl.lock.examples;

import dev.pawl.lock.FencingToken;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** A shop of the last act: its books are at the lock service, its receipts in a directory, as witnesses. */
final class Stand implements Closeable {

    private final Ledger ledger;
    private final String entry;
    private final Shop shop;

    Stand(Ledger ledger, Path directory) throws IOException {
        this.ledger = ledger;
        this.entry = Ledger.entryOf(directory);
        this.shop = Shop.open(directory);
    }

    /** A new one, with pieces in stock. */
    static Stand withStock(Ledger ledger, Path directory, long pieces) throws IOException {
        Stand stand = new Stand(ledger, directory);
        ledger.write(stand.entry, new Shop.Books(pieces, 0, 0).text());
        return stand;
    }

    Path directory() {
        return shop.directory();
    }

    Shop.Books books() throws IOException {
        return Shop.Books.parse(ledger.read(entry));
    }

    /** Sells one piece more than was seen, whoever wrote meanwhile. */
    void sell(Shop.Books seen, FencingToken token, String seller) throws IOException {
        ledger.write(entry, seen.afterSale(token.value()).text());
        shop.receipt(seen.sold() + 1, token.value(), seller);
    }

    /** The same, unless the token is stale. */
    void sellGuarded(Shop.Books seen, FencingToken token, String seller) throws IOException {
        ledger.write(token, entry, seen.afterSale(token.value()).text());
        shop.receipt(seen.sold() + 1, token.value(), seller);
    }

    Result.Count count() throws IOException {
        return new Result.Count(shop.receiptsFrom(0).size(), books().sold());
    }

    /** Leaves nothing at the service. */
    void remove() throws IOException {
        ledger.remove(entry);
    }

    @Override
    public void close() throws IOException {
        shop.close();
    }
}
