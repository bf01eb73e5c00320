package dev.pawl.sample;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;

/** Some customers in each instance, who buy one thing after another. */
@Component
class Customers implements SchedulingConfigurer {

    private final Shop shop;
    private final int customers;
    private final Duration pause;

    Customers(Shop shop, @Value("${sample.customers:4}") int customers, @Value("${sample.pause:25ms}") Duration pause) {
        this.shop = shop;
        this.customers = customers;
        this.pause = pause;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar tasks) {
        for (int i = 0; i < customers; i++) {
            tasks.addFixedDelayTask(
                    () -> shop.sell(Shop.ITEMS.get(ThreadLocalRandom.current().nextInt(Shop.ITEMS.size()))), pause);
        }
    }
}
