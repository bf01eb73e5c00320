package dev.pawl.lock.spring.boot;

import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.zookeeper.ZooKeeperBackend;
import org.apache.curator.framework.CuratorFramework;
import org.springframework.beans.factory.BeanFactory;

/** A backend on the Curator client of the application. Apart, since the application may have none. */
final class ZooKeeperCandidate {

    private ZooKeeperCandidate() {}

    static LockBackend backend(BeanFactory beans, String bean, PawlSettings settings) {
        ZooKeeperBackend.Builder builder = ZooKeeperBackend.builder(beans.getBean(bean, CuratorFramework.class));
        settings.with("pawl.namespace", builder::namespace);
        return builder.build();
    }
}
