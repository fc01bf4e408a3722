package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    @TempDir
    Path home;

    @Test
    void namesWhatAPlanLeftAndNothingOfTheShopItself() throws Exception {
        try (EmbeddedDatabase server = EmbeddedDatabase.start(home, Optional.empty())) {
            ShopDatabase shop = new ShopDatabase(server, new ShopDatabase.Size(50, 50));
            shop.prepare();
            try (Connection connection = shop.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("ALTER TABLE users RENAME name TO full_name");
                assertThat(Leftovers.in(connection)).isEmpty();

                statement.execute("""
                        ALTER TABLE users ADD COLUMN name text;
                        CREATE FUNCTION forgotten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                        CREATE TRIGGER forgotten BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION forgotten()""");
                assertThat(Leftovers.in(connection))
                        .containsExactlyInAnyOrder("trigger forgotten", "function forgotten()", "column name");
            }
        }
    }
}
