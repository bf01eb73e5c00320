package dev.pawl.sample;

import dev.pawl.lock.spring.Locked;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Sells. It reads a number, and writes the next one: without the lock two instances would lose sales. */
@Service
class Shop {

    static final List<String> ITEMS = List.of("apples", "pears", "plums");

    private final JdbcTemplate database;
    private final int instance;

    Shop(JdbcTemplate database, @Value("${sample.instance}") int instance) {
        this.database = database;
        this.instance = instance;
    }

    @Locked("stock/#{#item}")
    @Transactional
    public void sell(String item) {
        Integer sold = database.queryForObject("SELECT sold FROM stock WHERE item = ?", Integer.class, item);
        // Each instance counts for itself, in a row that nobody else writes: so the page can tell whether a sale was
        // lost.
        database.update("UPDATE calls SET n = n + 1 WHERE instance = ? AND item = ?", instance, item);
        database.update("UPDATE stock SET sold = ? WHERE item = ?", (sold == null ? 0 : sold) + 1, item);
    }

    List<Map<String, Object>> stock() {
        return database.queryForList("SELECT s.item AS item, s.sold AS sold, SUM(c.n) AS calls"
                + " FROM stock s JOIN calls c ON c.item = s.item GROUP BY s.item, s.sold ORDER BY s.item");
    }

    List<Map<String, Object>> calls() {
        return database.queryForList("SELECT instance, SUM(n) AS calls FROM calls GROUP BY instance ORDER BY instance");
    }
}
