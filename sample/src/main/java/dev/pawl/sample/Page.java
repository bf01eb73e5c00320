package dev.pawl.sample;

import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What was sold, who sold it, and who wrote the last reports. */
@RestController
class Page {

    private final Shop shop;
    private final Report report;
    private final int instance;

    Page(Shop shop, Report report, @Value("${sample.instance}") int instance) {
        this.shop = shop;
        this.report = report;
        this.instance = instance;
    }

    @GetMapping("/")
    Answer page() {
        List<Map<String, Object>> stock = shop.stock();
        long lost = stock.stream()
                .mapToLong(item -> ((Number) item.get("calls")).longValue() - ((Number) item.get("sold")).longValue())
                .sum();
        return new Answer(instance, lost, stock, shop.calls(), report.last());
    }

    record Answer(
            int instance,
            long lostSales,
            List<Map<String, Object>> stock,
            List<Map<String, Object>> callsByInstance,
            List<Map<String, Object>> lastReports) {}
}
