package dev.lockstep.store;

import dev.lockstep.plan.Change;
import dev.lockstep.plan.Change.IndexBody;
import dev.lockstep.plan.Change.Neighbour;
import dev.lockstep.plan.Change.ReferentialAction;
import dev.lockstep.plan.Change.TableRenaming;
import dev.lockstep.plan.Lookup;
import dev.lockstep.plan.PhaseType;
import dev.lockstep.plan.SqlStep;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.util.List;
import java.util.Optional;

/** One change of every kind, with something in every field. */
final class SampleChanges {
    private static final TableName USERS = Samples.USERS;
    private static final TableName ODD = Samples.ODD;
    private static final Identifier NAME = Samples.NAME;
    private static final Identifier OTHER = new Identifier("full_name");

    private SampleChanges() {}

    static List<Change> all(SqlStep sql) {
        return List.of(
                new Change.AddColumn(
                        USERS,
                        OTHER,
                        "varchar(20)",
                        true,
                        Optional.of("'it''s \\ \"x\"'"),
                        Optional.of("upper(name)\n|| 'é'"),
                        Optional.empty()),
                new Change.AddColumn(
                        USERS,
                        OTHER,
                        "text",
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(
                                new Lookup(ODD, List.of(new Lookup.Match(NAME, OTHER)), NAME, Lookup.Missing.HOLD))),
                new Change.DropColumn(ODD, NAME),
                new Change.RenameColumn(USERS, NAME, OTHER),
                new Change.ChangeColumnType(
                        USERS, NAME, "text", Optional.of(OTHER), Optional.of("name::text"), Optional.empty()),
                new Change.SetNotNull(USERS, NAME),
                new Change.DropNotNull(ODD, NAME),
                new Change.SetDefault(USERS, NAME, "now()"),
                new Change.DropDefault(USERS, NAME),
                new Change.AddIndex(
                        USERS,
                        OTHER,
                        true,
                        new IndexBody.Columns(List.of(NAME), List.of(OTHER), Optional.of("name <> ''"))),
                new Change.AddIndex(ODD, OTHER, false, new IndexBody.Definition("USING gin (tags)")),
                new Change.DropIndex(USERS, NAME),
                new Change.Reindex(USERS, Optional.of(NAME)),
                new Change.AddForeignKey(
                        USERS,
                        OTHER,
                        List.of(NAME),
                        ODD,
                        List.of(OTHER),
                        ReferentialAction.SET_NULL,
                        ReferentialAction.CASCADE),
                new Change.AddCheck(USERS, OTHER, "name <> ''"),
                new Change.AddUnique(USERS, OTHER, List.of(NAME, OTHER)),
                new Change.AddPrimaryKey(USERS, Optional.empty(), List.of(NAME)),
                new Change.DropConstraint(USERS, NAME),
                new Change.RenameTable(USERS, OTHER, TableRenaming.COPY),
                new Change.DropTable(ODD),
                new Change.CreateTable(
                        ODD,
                        List.of(new Change.NewColumn(NAME, "bigint", false, Optional.of("0"))),
                        List.of(NAME),
                        List.of("CHECK (name > 0)"),
                        List.of(new Change.TableGrant(OTHER, List.of("SELECT"))),
                        Optional.of("A table")),
                new Change.AddEnumValue(ODD, "sad", new Neighbour.Last()),
                new Change.AddEnumValue(ODD, "happy", new Neighbour.Before("sad")),
                new Change.AddEnumValue(ODD, "glad", new Neighbour.After("happy")),
                new Change.Comment(USERS, Optional.of(NAME), "What people call them"),
                new Change.Sql(PhaseType.EXPAND, sql));
    }
}
