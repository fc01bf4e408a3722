package dev.lockstep.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.LockMonitor.Reading;
import dev.lockstep.plan.DatabaseName;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocksPageTest {
    private static final DatabaseName SHOP = new DatabaseName("shop");

    private final Shop shop = new Shop();

    private LocksPage page() {
        return LocksPage.of(shop.locks.now(SHOP));
    }

    @Test
    void saysThatNobodyWaitsForAnybody() {
        assertThat(page().happening()).isEqualTo("Nobody waits for anybody.");
        assertThat(page().badge().tone()).isEqualTo(Badge.Tone.GOOD);
        assertThat(Pages.locks(page())).contains("Nobody waits for anybody.").doesNotContain("In the way");
    }

    @Test
    void saysAtOnceWhoIsTheRootAndWhatToDo() {
        shop.lockMonitor.shows(new Reading.Seen(ShownLocks.crowd().sessions().subList(0, 4), 0));
        LocksPage page = page();
        assertThat(page.happening())
                .isEqualTo("Session 4711 (nightly-report) has what 3 others wait for, the longest for 1 min 1 s.");
        LockCard root = page.roots().getFirst();
        assertThat(root.badge().label()).isEqualTo("Holds up 3");
        assertThat(root.facts()).contains("idle in transaction for 4 min 12 s", "transaction open for 4 min 18 s");
        assertThat(root.remedy().orElseThrow().sentence()).contains("have nightly-report end it");
        assertThat(root.remedy().orElseThrow().sql()).containsExactly("SELECT pg_terminate_backend(4711)");
        LockCard waiter = root.waiters().getFirst();
        assertThat(waiter.wants()).contains("Wants ACCESS EXCLUSIVE on users; session 4711 has ACCESS SHARE on users.");
        assertThat(waiter.badge().label()).isEqualTo("Waits 1 min 1 s");
        assertThat(waiter.remedy()).isEmpty();
        assertThat(waiter.waiters()).hasSize(2);
    }

    @Test
    void saysWhichStepOfWhichPlanALockstepSessionWorksFor() {
        shop.waitsForALock();
        shop.lockMonitor.shows(ShownLocks.crowd());
        LockCard own = page().roots().getFirst().waiters().getLast();
        assertThat(own.name()).isEqualTo("Lockstep, outside the queue");
        assertThat(own.badge().label()).isEqualTo("Nobody waits behind it");
        assertThat(own.step())
                .contains(new LockCard.StepLink(
                        "Add column full_name beside name",
                        "shop/rename-users-name",
                        "/plans/shop/rename-users-name#step-add-full-name"));
        assertThat(Pages.plan(shop.page(Shop.ADA))).contains("href=\"/databases/shop/locks\"");
    }

    @Test
    void namesAPreparedTransactionByItsGidAndHowToEndIt() {
        shop.lockMonitor.shows(ShownLocks.crowd());
        LockCard prepared = page().roots().getLast();
        assertThat(prepared.name()).isEqualTo("prepared transaction 'order-66'");
        assertThat(prepared.remedy().orElseThrow().sql())
                .containsExactly("COMMIT PREPARED 'order-66'", "ROLLBACK PREPARED 'order-66'");
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsSaidOnThePage() {
        assertThat(Pages.locks(LocksPage.unseen("shop", "Database shop does not answer.", shop.instant())))
                .contains("Not seen", "Database shop does not answer.");
    }

    @Test
    void whatOthersSayStaysText() {
        shop.lockMonitor.shows(ShownLocks.crowd());
        String page = Pages.locks(page());
        assertThat(page).contains("o.created_at &gt; ?").doesNotContain("<style", "style=\"");
        assertThat(List.of(page.split("<ul class=\"waiters\"", -1))).hasSize(4);
    }

    @Test
    void aStepSaysWhoHeldItUpAndThatItWasStopped() {
        shop.waitsForALock().getsItsLock();
        String page = Pages.plan(shop.page(Shop.ADA));
        assertThat(page)
                .contains("Held up for 1 min 1 s by session 4711 (nightly-report), role shop, which had ACCESS SHARE on"
                        + " users and was stopped, as the plan allows. Its statement: SELECT * FROM users")
                .contains("The connection of session 4711 (nightly-report) was ended, as the plan allows")
                .contains(
                        "Was held up: Add column full_name beside name. session 4711 (nightly-report) for 1 min 1 s.");
    }
}
