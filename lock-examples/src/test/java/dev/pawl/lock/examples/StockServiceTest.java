package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class StockServiceTest {

    private final HttpServer server;
    private final URI uri;

    StockServiceTest() throws IOException {
        server = StockService.start(0);
        uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/stock/42");
    }

    @BeforeEach
    void newerHolderHasWritten() throws Exception {
        assertThat(StockService.put(uri, "inventory%2F42;34", "7")).isEqualTo("200: 7");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aLateWriter_isAnsweredWith409_andBothTokens() throws Exception {
        assertThat(StockService.put(uri, "inventory%2F42;33", "8"))
                .startsWith("409: ")
                .contains("33", "34");
        assertThat(StockService.put(uri, "inventory%2F42;34", "6")).isEqualTo("200: 6");
    }

    @Test
    void whatIsNoTokenOfThisItem_isABadRequest() throws Exception {
        assertThat(StockService.put(uri, "inventory%2F43;99", "8"))
                .startsWith("400: ")
                .contains("inventory/43");
        assertThat(StockService.put(uri, "inventory%2F42", "8"))
                .startsWith("400: ")
                .contains("index 14");
        assertThat(StockService.put(uri, "inventory%2F42;0", "8")).startsWith("400: ");
    }

    @Test
    void aRequestWithoutAToken_isRefused() throws Exception {
        HttpRequest bare = HttpRequest.newBuilder(uri)
                .PUT(HttpRequest.BodyPublishers.ofString("8"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(bare, HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(428);
    }

    @Test
    void theProgram_talksToItself() throws Exception {
        StockService.main(new String[0]);
    }
}
