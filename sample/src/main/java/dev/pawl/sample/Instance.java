package dev.pawl.sample;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/** One instance of the application. */
@SpringBootApplication
@EnableScheduling
class Instance {

    /** What the launcher waits for. */
    static final String SERVES = "serves http://localhost:";

    @EventListener
    void serves(WebServerInitializedEvent event) {
        System.out.println(SERVES + event.getWebServer().getPort());
    }
}
