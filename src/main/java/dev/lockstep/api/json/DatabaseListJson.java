package dev.lockstep.api.json;

import dev.lockstep.engine.Targets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The configured databases, by name. */
@Schema(name = "DatabaseList")
public record DatabaseListJson(List<DatabaseJson> databases) {
    /** A configured database. */
    @Schema(name = "Database")
    public record DatabaseJson(
            String name,

            @Schema(description = "JDBC URL without user and password", examples = "jdbc:postgresql://db:5432/shop")
            String url,

            @Schema(description = "where to see who waits for whom in it", examples = "/api/v1/databases/shop/locks")
            String locks) {}

    public static DatabaseListJson of(List<Targets.Database> databases) {
        return new DatabaseListJson(databases.stream()
                .map(database -> new DatabaseJson(
                        database.name().value(), database.url(), "/api/v1/databases/" + database.name() + "/locks"))
                .toList());
    }
}
