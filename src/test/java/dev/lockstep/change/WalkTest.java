package dev.lockstep.change;

import static dev.lockstep.change.TableBuilder.identifiers;
import static dev.lockstep.change.TableBuilder.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.lockstep.plan.PlanSpec.UserTriggers;
import dev.lockstep.schema.Catalogue;
import dev.lockstep.schema.Column;
import dev.lockstep.schema.RowAccess;
import dev.lockstep.schema.RowAccess.Order;
import dev.lockstep.schema.Table;
import dev.lockstep.schema.TableName;
import java.util.List;
import org.junit.jupiter.api.Test;

class WalkTest {
    private static final RowAccess COLUMNAR =
            new RowAccess(false, true, true, List.of(new Order(identifiers("region", "id"), true)));

    private static Walk walk(TableBuilder table, int server, String... key) {
        Catalogue catalogue = TableBuilder.catalogue(table);
        return Walk.of(
                        new Catalogue(server, catalogue.role(), catalogue.tables(), catalogue.names()),
                        table.build().name(),
                        identifiers(key),
                        UserTriggers.SKIP)
                .orElseThrow();
    }

    private static TableBuilder orders() {
        return table("orders").column("id", "bigint", true).column("region", "text", true);
    }

    @Test
    void rowsThatLieInBlocksOfOneTableAreWalkedByThem() {
        for (Table.Kind kind : List.of(Table.Kind.ORDINARY, Table.Kind.PARTITION)) {
            assertThat(walk(orders().kind(kind), 140_000)).isInstanceOf(Walk.ByBlocks.class);
        }
    }

    @Test
    void whereNoRangeOfBlocksCanBeReadTheBestKeyIsTaken() {
        assertThat(walk(orders().access(COLUMNAR), 160_000))
                .asInstanceOf(type(Walk.ByKey.class))
                .satisfies(walk -> assertThat(walk.why()).contains("(region, id)", "no places in blocks"))
                .satisfies(walk ->
                        assertThat(walk.columns()).extracting(Column::type).containsExactly("text", "bigint"));
        RowAccess heap = new RowAccess(true, true, true, COLUMNAR.orders());
        assertThat(walk(orders().access(heap), 130_005))
                .asInstanceOf(type(Walk.ByKey.class))
                .satisfies(walk -> assertThat(walk.why()).contains("server version 130005"));
        assertThat(walk(orders(), 130_005))
                .asInstanceOf(type(Walk.Impossible.class))
                .satisfies(walk -> assertThat(walk.remedy()).contains("Add a primary key"));
    }

    @Test
    void aKeyThatThePlanNamesMustBeWhatAnIndexBeginsWith() {
        RowAccess indexed = new RowAccess(true, true, true, List.of(new Order(identifiers("region", "id"), false)));
        assertThat(walk(orders().access(indexed), 160_000, "region")).isInstanceOf(Walk.ByKey.class);
        assertThat(walk(orders().access(indexed), 160_000, "region", "id")).isInstanceOf(Walk.ByKey.class);
        for (String[] other : new String[][] {{"id"}, {"id", "region"}, {"region", "nothing"}}) {
            assertThat(walk(orders().access(indexed), 160_000, other))
                    .asInstanceOf(type(Walk.Impossible.class))
                    .satisfies(walk -> assertThat(walk.fault()).isEqualTo(Walk.Impossible.Fault.KEY));
        }
    }

    @Test
    void ofATableThatIsNotThereNothingIsSaid() {
        assertThat(Walk.of(TableBuilder.catalogue(), TableName.parse("orders"), List.of(), UserTriggers.SKIP))
                .isEmpty();
    }

    @Test
    void aChangeWhoseBackfillCouldNotBeginIsRefused() {
        RowAccess keyless = new RowAccess(false, true, true, List.of());
        assertThat(Plans.refusals(
                        Plans.plan(Plans.rename("users", "name", "full_name")),
                        TableBuilder.catalogue(TableBuilder.users().access(keyless))))
                .singleElement()
                .asString()
                .startsWith("spec.changes[0].renameColumn.table: ")
                .contains("users cannot be walked", "no primary key", "Add a primary key");
    }
}
