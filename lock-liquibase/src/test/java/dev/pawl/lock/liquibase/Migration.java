package dev.pawl.lock.liquibase;

import java.sql.DriverManager;
import liquibase.Contexts;
import liquibase.Liquibase;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;

/** An application that migrates its database when it starts. */
final class Migration {

    private Migration() {}

    /**
     * Migrates once.
     *
     * @param arguments URL, user and password of the database; the lock service stands in the environment
     */
    public static void main(String[] arguments) throws Exception {
        System.out.println("starting");
        migrate(arguments[0], arguments[1], arguments[2]);
        System.out.println("migrated");
    }

    static void migrate(String url, String user, String password) throws Exception {
        try (Liquibase liquibase = open(url, user, password)) {
            liquibase.update(new Contexts());
        }
    }

    static Liquibase open(String url, String user, String password) throws Exception {
        Database database = DatabaseFactory.getInstance()
                .findCorrectDatabaseImplementation(
                        new JdbcConnection(DriverManager.getConnection(url, user, password)));
        return new Liquibase("changelog.xml", new ClassLoaderResourceAccessor(), database);
    }
}
