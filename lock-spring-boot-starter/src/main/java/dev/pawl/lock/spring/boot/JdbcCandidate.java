package dev.pawl.lock.spring.boot;

import dev.pawl.lock.jdbc.JdbcBackend;
import dev.pawl.lock.spi.LockBackend;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanFactory;

/** A backend on the connections of the application. Apart, since the application may have none. */
final class JdbcCandidate {

    private JdbcCandidate() {}

    static LockBackend backend(BeanFactory beans, String bean, PawlSettings settings) {
        JdbcBackend.Builder builder = JdbcBackend.builder(beans.getBean(bean, DataSource.class));
        settings.with("pawl.namespace", builder::namespace);
        settings.with("pawl.jdbc.table", builder::table);
        settings.with("pawl.jdbc.create-table", text -> builder.createTable(PawlSettings.parseBoolean(text)));
        settings.with("pawl.jdbc.mode", text -> builder.mode(JdbcBackend.Mode.valueOf(text.toUpperCase(Locale.ROOT))));
        settings.duration("pawl.jdbc.io-timeout", builder::ioTimeout);
        settings.duration("pawl.jdbc.idle-retention", builder::idleRetention);
        settings.with("pawl.jdbc.row-connections", text -> builder.rowConnections(Integer.parseInt(text)));
        return builder.build();
    }
}
