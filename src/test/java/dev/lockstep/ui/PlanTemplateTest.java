package dev.lockstep.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Departure;
import dev.lockstep.engine.Actor;
import dev.lockstep.engine.Decision;
import dev.lockstep.engine.Testimony;
import dev.lockstep.schema.Identifier;
import dev.lockstep.schema.TableName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the templates make of a page. */
class PlanTemplateTest {
    private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("<h([1-6])[ >]");

    @Test
    void everySituationGivesAPageWithUniqueIdsAndHeadingsInOrder() {
        for (String page : everySituation().map(Pages::plan).toList()) {
            List<String> ids = found(ID, page);
            assertThat(ids).doesNotHaveDuplicates().contains("content", "r-now", "r-journal");
            int level = 0;
            for (String heading : found(HEADING, page)) {
                assertThat(Integer.parseInt(heading)).isLessThanOrEqualTo(level + 1);
                level = Integer.parseInt(heading);
            }
        }
    }

    @Test
    void everyRegionThatIsReplacedIsThereInEverySituation() {
        for (String page : everySituation().map(Pages::plan).toList()) {
            assertThat(found(Pattern.compile("id=\"(r-[a-z]+)\"[^>]*hx-swap-oob"), page))
                    .containsExactly(
                            "r-now",
                            "r-decision",
                            "r-track",
                            "r-progress",
                            "r-holds",
                            "r-pods",
                            "r-steps",
                            "r-journal");
        }
    }

    @Test
    void whatPeopleWroteStaysText() {
        Shop shop = new Shop().awaitsApproval();
        shop.operations.decide(
                Shop.KEY,
                Shop.CONTRACT,
                Decision.APPROVE,
                "<script>alert('x')</script>",
                Shop.document().digest(),
                new Actor("ada\" onload=\"x", true));
        assertThat(Pages.plan(shop.page(Shop.ADA)))
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
                .doesNotContain("<script>", "ada\" onload");
    }

    @Test
    void whoeverDecidesReadsWhatTheServerHasSeen() {
        Departure name = new Departure(TableName.parse("users"), Optional.of(new Identifier("name")), false);
        PlanPage page = new Shop().awaitsApproval().page(Shop.ADA);
        String seen = Pages.plan(page.heard(List.of(new Testimony.Given(
                name,
                List.of(new Testimony.Use("SELECT name FROM users WHERE id < $1", "report", "It uses it.", 12)),
                Instant.parse("2026-01-01T12:00:00Z"),
                true))));
        assertThat(seen)
                .contains("The server has seen 1 use of users.name since all code was new")
                .contains("12 times by report: SELECT name FROM users WHERE id &lt; $1");
        assertThat(Pages.plan(page.heard(List.of(new Testimony.Silent(
                        name, "The extension pg_stat_statements is not installed.", "Install it.")))))
                .contains("The server cannot say whether something still uses users.name.")
                .contains("The extension pg_stat_statements is not installed.", "Install it.");
        assertThat(Pages.plan(page.heard(
                        List.of(new Testimony.Given(name, List.of(), Instant.parse("2026-01-01T12:00:00Z"), true)))))
                .contains("The server has seen nothing use users.name since all code was new");
    }

    @Test
    void sqlIsShownAsItIsRunWithLocksAndWhatTakesItBack() {
        String page = Pages.plan(new Shop().page(Shop.GUEST));
        assertThat(page)
                .contains("ALTER TABLE public.users ADD COLUMN full_name text COLLATE &quot;C&quot;")
                .contains("ACCESS EXCLUSIVE on users: reads and writes wait while it is held.")
                .contains("ALTER TABLE public.users DROP COLUMN full_name")
                .contains("DROP INDEX CONCURRENTLY IF EXISTS public.users_full_name_idx")
                .contains("Point of no return.");
    }

    @Test
    void demoPanelShowsTheClusterAndItsButtonsOnlyToThoseWhoMayRollOut() {
        PlanPage page = new Shop().isHeld().page(Shop.ADA);
        assertThat(withDemo(page, new DemoPanel(Optional.of("http://127.0.0.1:41233"), true)))
                .contains("http://127.0.0.1:41233", "Roll out 1.5.0");
        assertThat(withDemo(page, new DemoPanel(Optional.empty(), false)))
                .contains("Traffic")
                .doesNotContain("Roll out 1.5.0");
        assertThat(Pages.plan(page)).doesNotContain("demo.js");
    }

    @Test
    void listSaysOfEveryPlanWhatItIsDoing() {
        Shop shop = new Shop().isHeld();
        assertThat(Pages.plans(List.of(PlanRow.of(shop.view(), Shop.GUEST, shop.instant()))))
                .contains("href=\"/plans/shop/rename-users-name\"")
                .contains("Phase new-only has not begun: 3 things are in the way.");
        assertThat(Pages.plans(List.of())).contains("No plan yet");
    }

    private static String withDemo(PlanPage page, DemoPanel demo) {
        return Pages.render("ui/plan", Map.of("frame", Pages.frame("x"), "page", page, "demo", Optional.of(demo)));
    }

    private static Stream<PlanPage> everySituation() {
        Shop rollback = new Shop().isHeld();
        rollback.operations.rollback(Shop.KEY, new Actor("ada", true));
        Shop aborted = new Shop().backfillsHalf();
        aborted.operations.abort(Shop.KEY, new Actor("ada", true));
        Shop paused = new Shop().awaitsApproval();
        paused.operations.suspend(Shop.KEY, new Actor("ada", true));
        return Stream.of(
                        new Shop(),
                        new Shop().starts(),
                        new Shop().backfillsHalf(),
                        new Shop().isHeld(),
                        new Shop().waitsForTheNight(),
                        new Shop().awaitsApproval(),
                        new Shop().passesTheReturn(),
                        new Shop().succeeds(),
                        rollback,
                        aborted,
                        paused)
                .flatMap(shop -> Stream.of(shop.page(Shop.ADA), shop.page(Shop.GUEST)));
    }

    private static List<String> found(Pattern pattern, String page) {
        return pattern.matcher(page).results().map(PlanTemplateTest::first).toList();
    }

    private static String first(MatchResult result) {
        return result.group(1);
    }
}
