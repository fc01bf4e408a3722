package dev.lockstep.ui;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.lockstep.engine.Actor;
import dev.lockstep.engine.LockMonitor;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.RunStatus;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page in a real browser. */
@QuarkusTest
@TestProfile(ShopWorld.class)
@ExtendWith(ChromiumCondition.class)
class PlanPageBrowserTest {
    /** A cold browser on a busy machine. */
    private static final double PATIENCE_MILLIS = 30_000;

    private static final List<String> FLAGS = List.of("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");

    @Inject
    Shop shop;

    private final List<String> complaints = new ArrayList<>();
    private Playwright playwright;
    private Browser browser;
    private Page page;

    @BeforeEach
    void opens() {
        shop.opens();
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(ChromiumCondition.chromium().orElseThrow())
                        .setArgs(FLAGS));
        BrowserContext context = browser.newContext();
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
    }

    @AfterEach
    void closes() {
        playwright.close();
    }

    @Test
    void approvesWithTheKeyboardAloneAndSeesTheRunGoOn() {
        shop.awaitsApproval();
        signIn();
        focus("#plan-shop-rename-users-name");
        page.keyboard().press("Enter");
        sees("#r-now", "Awaiting approval");
        focus("#comment");
        page.keyboard().type("Read it twice.");
        page.keyboard().press("Tab");
        assertThat(page.locator("#approve")).isFocused();
        page.keyboard().press("Enter");
        sees("#r-now", "Running");
        sees("#r-journal", "ada approved contract");
        sees("#r-journal", "Read it twice.");
        assertThat(shop.view().status()).isEqualTo(RunStatus.RUNNING);
        assertThat(complaints).isEmpty();
    }

    @Test
    void showsWhatHappensWithoutBeingReloadedAndAnnouncesIt() {
        shop.expands();
        openPlan();
        sees("#r-now", "Running");
        page.locator("#open-add-full-name").click();
        focus("#do-suspend");
        shop.does("drain-writers", 0, 20);
        sees("#r-steps", "20 ms");
        assertThat(page.locator("#step-add-full-name")).hasAttribute("open", "");
        assertThat(page.locator("#do-suspend")).isFocused();
        shop.operations.suspend(Shop.KEY, new Actor("ben", true));
        sees("#r-now", "ben paused the run.");
        sees("#announce", "Paused. ben paused the run.");
        assertThat(complaints).isEmpty();
    }

    @Test
    void whatSomebodyTypesSurvivesWhatHappensMeanwhile() {
        shop.awaitsApproval();
        openPlan();
        page.locator("#comment").fill("I am still wri");
        page.locator("#comment").focus();
        shop.pods("1.5.0", "1.5.0", "1.5.0", "1.5.0");
        sees("#r-pods", "4 pods");
        page.keyboard().type("ting.");
        assertThat(page.locator("#comment")).hasValue("I am still writing.");
        assertThat(page.locator("#comment")).isFocused();
    }

    @Test
    void saysSoWhenNobodyAnswersAndGoesOnWhenSomebodyDoes() {
        shop.isHeld();
        openPlan();
        sees("#r-now", "Held");
        page.context().setOffline(true);
        sees("#lost", "Connection lost. What you see is from");
        page.context().setOffline(false);
        shop.hears(new Event.Suspended("ben"));
        sees("#r-now", "ben paused the run.");
        assertThat(page.locator("#lost")).isHidden();
    }

    @Test
    void leadsFromWhatIsInTheWayToWhoWaitsForWhomAndSeesItEnd() {
        shop.waitsForALock();
        shop.lockMonitor.shows(ShownLocks.crowd());
        openPlan();
        sees("#r-holds", "session 4711");
        page.locator("#r-holds a").press("Enter");
        sees("#locks", "Most wait for session 4711 (nightly-report).");
        sees("#locks", "Add column full_name beside name");
        shop.lockMonitor.shows(new LockMonitor.Reading.Seen(List.of(), 0));
        sees("#locks", "Nobody waits for anybody.");
        shop.getsItsLock();
        page.goBack();
        sees("#r-steps", "was stopped, as the plan allows");
        assertThat(complaints).isEmpty();
    }

    @Test
    void asksAgainBeforeRollingBack() {
        shop.isHeld();
        openPlan();
        page.locator("#do-rollback").press("Enter");
        sees("h1", "Roll back rename-users-name?");
        page.locator("#confirm").press("Enter");
        sees("#r-now", "Rolling back");
    }

    private void openPlan() {
        signIn();
        page.locator("#plan-shop-rename-users-name").click();
    }

    private void signIn() {
        page.navigate(ConfigProvider.getConfig().getValue("test.url", String.class));
        page.locator("#token").fill(ShopWorld.ADAS_TOKEN);
        page.keyboard().press("Enter");
    }

    /** Goes on with the Tab key until it is there. */
    private void focus(String selector) {
        page.locator(selector).waitFor();
        for (int presses = 0; presses < 60; presses++) {
            page.keyboard().press("Tab");
            if ((Boolean) page.locator(selector).evaluate("element => element === document.activeElement")) {
                return;
            }
        }
        throw new AssertionError(selector + " cannot be reached with the Tab key");
    }

    private void sees(String selector, String text) {
        assertThat(page.locator(selector))
                .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS));
    }
}
