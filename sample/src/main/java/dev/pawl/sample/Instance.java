package dev.pawl.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;

/** One instance of the application. */
@SpringBootApplication
@EnableScheduling
public class Instance {

    /** What the launcher waits for. */
    static final String SERVES = "serves http://localhost:";

    /**
     * Runs it.
     *
     * @param args properties, of which {@code --sample.instance} is a must
     */
    public static void main(String[] args) {
        SpringApplication.run(Instance.class, args);
    }

    @EventListener
    void serves(WebServerInitializedEvent event) {
        System.out.println(SERVES + event.getWebServer().getPort());
    }
}
