package dev.lockstep.benchmark;

import dev.lockstep.fixture.Server;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A server of its own that writes to its disk as a real one does, and the table in it, brought back to the same state before
 * each run.
 */
final class Databases implements AutoCloseable {
    /** The role of the application, so that its statements can be told from those of a backfill. */
    static final String APPLICATION = "application";

    private static final Path BINARIES = Path.of("target", "benchmark-server");
    private static final String WORK = "work";

    private final Server server;
    private final int major;
    private final Set<String> patterns = new HashSet<>();

    private Databases(Server server, int major) {
        this.server = server;
        this.major = major;
    }

    /** What the server is told; everything else is as PostgreSQL comes. */
    static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        settings.put("shared_buffers", "2GB");
        settings.put("max_wal_size", "8GB");
        settings.put("max_connections", "100");
        return settings;
    }

    /** @param version of the server, of which the Maven profile has brought the binaries: {@code 16.15.0} */
    static Databases start(String version) {
        int major = Integer.parseInt(version.split("\\.", 2)[0]);
        Databases databases = new Databases(Server.start(BINARIES, major, settings()), major);
        try (Sql sql = databases.superuser()) {
            sql.run("CREATE ROLE " + APPLICATION + " LOGIN");
        }
        return databases;
    }

    /** The version and what it was told, as it answers itself. */
    String described() {
        try (Sql sql = superuser()) {
            return sql.text("SHOW server_version") + " with "
                    + settings().keySet().stream()
                            .map(name -> "`" + name + " = " + sql.text("SHOW " + name) + "`")
                            .collect(Collectors.joining(", "));
        }
    }

    /** The table of this shape as it was made, in memory, and nothing left to be written. Gives the database's URL. */
    String restored(TableShape shape) {
        try (Sql sql = superuser()) {
            sql.run("DROP DATABASE IF EXISTS " + WORK + " WITH (FORCE)");
            if (patterns.add(shape.pattern())) {
                sql.run("CREATE DATABASE " + shape.pattern());
                try (Sql inside = Sql.open(url(shape.pattern(), "postgres"))) {
                    inside.run("CREATE EXTENSION pg_prewarm");
                    inside.run("CREATE EXTENSION pg_stat_statements");
                    shape.create(inside);
                    inside.run("GRANT SELECT, UPDATE ON users TO " + APPLICATION);
                }
            }
            // Before version 15 there was no other strategy.
            sql.run("CREATE DATABASE " + WORK + " TEMPLATE " + shape.pattern()
                    + (major >= 15 ? " STRATEGY file_copy" : ""));
        }
        return url(WORK, "postgres");
    }

    /** To be called right before a run. */
    void settle() {
        try (Sql sql = Sql.open(url(WORK, "postgres"))) {
            sql.run("SELECT pg_prewarm(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                    + " AND relkind IN ('r', 'i') AND relname LIKE 'users%'");
            sql.run("CHECKPOINT");
            sql.run("SELECT pg_stat_statements_reset()");
        }
    }

    /** Forgets a shape that is not needed any more. */
    void forget(TableShape shape) {
        if (patterns.remove(shape.pattern())) {
            try (Sql sql = superuser()) {
                sql.run("DROP DATABASE IF EXISTS " + WORK + " WITH (FORCE)");
                sql.run("DROP DATABASE " + shape.pattern() + " WITH (FORCE)");
            }
        }
    }

    /** Where the application finds the table. */
    String forApplication() {
        return url(WORK, APPLICATION);
    }

    private Sql superuser() {
        return Sql.open(url("postgres", "postgres"));
    }

    private String url(String database, String role) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database + "?user=" + role;
    }

    @Override
    public void close() {
        server.close();
    }
}
