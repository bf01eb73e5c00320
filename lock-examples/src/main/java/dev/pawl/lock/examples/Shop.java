package dev.pawl.lock.examples;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the lock protects: a directory with two plain files.
 *
 * <p>{@code books} holds three numbers. To sell is to read them, to think, and to write them back: whoever else did the same
 * meanwhile is forgotten. {@code receipts} is the witness: a line is appended for each sale and none is ever changed, so it
 * tells what was sold even when the books do not.
 */
final class Shop implements Closeable {

    private static final int WIDTH = 63;

    private final Path directory;
    private final FileChannel books;
    private final FileChannel receipts;

    private Shop(Path directory) throws IOException {
        this.directory = directory;
        this.books = FileChannel.open(
                directory.resolve("books"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        this.receipts =
                FileChannel.open(directory.resolve("receipts"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static Shop open(Path directory) throws IOException {
        Files.createDirectories(directory);
        return new Shop(directory);
    }

    static Shop withStock(Path directory, long pieces) throws IOException {
        Shop shop = open(directory);
        shop.write(new Books(pieces, 0, 0));
        return shop;
    }

    /**
     * What the books say.
     *
     * @param delivered the pieces ever delivered
     * @param sold the pieces ever sold
     * @param token the newest fencing token that wrote here, zero for none
     */
    record Books(long delivered, long sold, long token) {

        long left() {
            return delivered - sold;
        }

        Books afterSale(long token) {
            return new Books(delivered, sold + 1, token);
        }

        static Books parse(String text) {
            String[] numbers = text.trim().split(" +", -1);
            return new Books(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
        }

        String text() {
            return delivered + " " + sold + " " + token;
        }
    }

    /**
     * One sale.
     *
     * @param piece which piece was sold, counted from 1
     * @param token the fencing token of the sale, zero for none
     * @param seller run and worker
     */
    record Receipt(long piece, long token, String seller) {}

    Path directory() {
        return directory;
    }

    Books books() throws IOException {
        ByteBuffer text = ByteBuffer.allocate(WIDTH);
        if (books.read(text, 0) < WIDTH) {
            return new Books(0, 0, 0);
        }
        return Books.parse(new String(text.array(), StandardCharsets.US_ASCII));
    }

    /** Writes what it is told. */
    void write(Books next) throws IOException {
        String text = String.format(Locale.ROOT, "%20d %20d %20d\n", next.delivered(), next.sold(), next.token());
        books.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    void receipt(long piece, long token, String seller) throws IOException {
        String line = piece + " " + token + " " + seller + "\n";
        receipts.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    }

    /** How long the receipts are now: where the next one will start. */
    long receiptsEnd() throws IOException {
        return receipts.size();
    }

    /** The receipts from a place that {@link #receiptsEnd} gave. */
    List<Receipt> receiptsFrom(long start) throws IOException {
        byte[] all = Files.readAllBytes(directory.resolve("receipts"));
        String text = new String(all, (int) start, all.length - (int) start, StandardCharsets.US_ASCII);
        List<Receipt> found = new ArrayList<>();
        text.lines().forEach(line -> {
            String[] parts = line.split(" ", -1);
            found.add(new Receipt(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]));
        });
        return found;
    }

    /** Empties the shop. */
    void reset() throws IOException {
        receipts.truncate(0);
        write(new Books(0, 0, 0));
    }

    @Override
    public void close() throws IOException {
        try (receipts) {
            books.close();
        }
    }
}
