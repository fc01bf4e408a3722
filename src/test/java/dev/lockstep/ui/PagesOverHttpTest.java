package dev.lockstep.ui;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.lockstep.engine.LockMonitor;
import dev.lockstep.lifecycle.RunStatus;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.http.Cookie;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pages as a browser without scripts would use them. */
@QuarkusTest
@TestProfile(ShopWorld.class)
class PagesOverHttpTest {
    private static final String PLAN = "/plans/shop/rename-users-name";
    private static final String LOCKS = "/databases/shop/locks";

    @Inject
    Shop shop;

    @BeforeEach
    void opens() {
        shop.opens();
    }

    @Test
    void whoeverIsNotKnownIsSentToSignInAndComesBackToThePage() {
        given().redirects()
                .follow(false)
                .get(PLAN)
                .then()
                .statusCode(303)
                .header("Location", endsWith("/login?next=" + PLAN))
                .header("WWW-Authenticate", is((String) null));
        Cookie cookie = given().redirects()
                .follow(false)
                .contentType(ContentType.URLENC)
                .formParam("token", ShopWorld.ADAS_TOKEN)
                .formParam("next", PLAN)
                .post("/login")
                .then()
                .statusCode(303)
                .header("Location", endsWith(PLAN))
                .extract()
                .detailedCookie("lockstep_token");
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSameSite()).isEqualTo("Strict");
        given().cookie(cookie).get(PLAN).then().statusCode(200).body(containsString("rename-users-name"));
    }

    @Test
    void tokenInTheAddressGoesIntoTheCookieAndOutOfTheAddress() {
        given().redirects()
                .follow(false)
                .get("/login?token=" + ShopWorld.ADAS_TOKEN + "&next=" + PLAN)
                .then()
                .statusCode(303)
                .header("Location", allOf(endsWith(PLAN), not(containsString("token"))))
                .cookie("lockstep_token", ShopWorld.ADAS_TOKEN);
    }

    @Test
    void signingInLeadsToNoOtherSite() {
        given().redirects()
                .follow(false)
                .get("/login?token=" + ShopWorld.ADAS_TOKEN + "&next=//elsewhere.example/plans/a/b")
                .then()
                .statusCode(303)
                .header("Location", not(containsString("elsewhere")));
    }

    @Test
    void tokenThatIsNotKnownIsTakenOutOfTheCookieAndSaidToBeRefused() {
        given().redirects()
                .follow(false)
                .cookie("lockstep_token", "of-last-week")
                .get("/")
                .then()
                .statusCode(303)
                .header("Location", endsWith("/login?refused=true&next=/"))
                .header("Set-Cookie", containsString("Max-Age=0"));
        given().get("/login?refused=true").then().statusCode(200).body(containsString("not, or no longer, known"));
    }

    @Test
    void everyPageForbidsForeignScriptsAndFramesAndIsKeptNowhere() {
        for (String page : new String[] {"/", PLAN, LOCKS, "/login", "/plans/shop/nothing"}) {
            ada().get(page)
                    .then()
                    .header("Content-Security-Policy", containsString("default-src 'none'"))
                    .header("Content-Security-Policy", not(containsString("unsafe")))
                    .header("X-Frame-Options", is("DENY"))
                    .header("Cache-Control", is("no-store"));
        }
    }

    @Test
    void planThatDoesNotExistIsSaidNotToExist() {
        ada().get("/plans/shop/nothing").then().statusCode(404).body(containsString("There is no plan shop/nothing"));
    }

    @Test
    void showsWhoWaitsForWhomToWhoeverMayLook() {
        given().redirects().follow(false).get(LOCKS).then().statusCode(303);
        guest().get(LOCKS).then().statusCode(200).body(containsString("Nobody waits for anybody."));
        shop.lockMonitor.shows(ShownLocks.crowd());
        guest().get(LOCKS)
                .then()
                .statusCode(200)
                .body(containsString("session 4711"))
                .body(containsString("Holds up 4"))
                .body(containsString("SELECT pg_terminate_backend(4711)"));
        shop.lockMonitor.shows(new LockMonitor.Reading.Unreachable("Database shop does not answer."));
        guest().get(LOCKS).then().statusCode(200).body(containsString("Database shop does not answer."));
        guest().get("/databases/shpo/locks")
                .then()
                .statusCode(404)
                .body(containsString("No database &quot;shpo&quot; is configured"));
        guest().get("/databases/No%20name/locks").then().statusCode(404);
    }

    @Test
    void setsTheSpeedOfABackfillWithAPlainForm() {
        shop.backfillsHalf();
        ada().get(PLAN).then().body(containsString("Slower because of replica-lag"), containsString("speed-gentle"));
        ada().contentType(ContentType.URLENC)
                .formParam("speed", "Paused")
                .post(PLAN + "/backfill")
                .then()
                .statusCode(303)
                .header("Location", endsWith(PLAN));
        ada().get(PLAN).then().body(containsString("Paused by ada"));
        ada().contentType(ContentType.URLENC)
                .formParam("speed", "Faster")
                .post(PLAN + "/backfill")
                .then()
                .statusCode(400);
        guest().contentType(ContentType.URLENC)
                .formParam("speed", "Full")
                .post(PLAN + "/backfill")
                .then()
                .statusCode(403);
    }

    @Test
    void approvesWithAPlainFormAndLeadsBackToThePage() {
        shop.awaitsApproval();
        ada().contentType(ContentType.URLENC)
                .formParam("decision", "APPROVE")
                .formParam("comment", "Looks right <b>to me</b>.")
                .formParam("digest", Shop.document().digest().value())
                .post(PLAN + "/phases/contract/decision")
                .then()
                .statusCode(303)
                .header("Location", endsWith(PLAN));
        assertThat(shop.view().status()).isEqualTo(RunStatus.RUNNING);
        ada().get(PLAN)
                .then()
                .statusCode(200)
                .body(containsString("ada approved contract"))
                .body(containsString("Looks right &lt;b&gt;to me&lt;/b&gt;."));
    }

    @Test
    void approvalOfSomethingElseThanWhatRunsIsRefusedWithTheReason() {
        shop.awaitsApproval();
        ada().contentType(ContentType.URLENC)
                .formParam("decision", "APPROVE")
                .formParam("comment", "")
                .formParam("digest", "0".repeat(64))
                .post(PLAN + "/phases/contract/decision")
                .then()
                .statusCode(409)
                .body(containsString("is not what is running"));
        assertThat(shop.view().status()).isEqualTo(RunStatus.AWAITING_APPROVAL);
    }

    @Test
    void rollbackAsksAgainBeforeItIsDone() {
        shop.isHeld();
        ada().get(PLAN + "/rollback").then().statusCode(200).body(containsString("Yes, roll back"));
        assertThat(shop.view().status()).isEqualTo(RunStatus.HELD);
        ada().post(PLAN + "/rollback").then().statusCode(303);
        assertThat(shop.view().status()).isEqualTo(RunStatus.ROLLING_BACK);
    }

    @Test
    void whoMayOnlyLookIsShownNoButtonAndIsRefused() {
        shop.awaitsApproval();
        guest().get(PLAN)
                .then()
                .statusCode(200)
                .body(not(containsString("id=\"approve\"")))
                .body(not(containsString("id=\"do-suspend\"")));
        guest().post(PLAN + "/suspend").then().statusCode(403);
        guest().contentType(ContentType.URLENC)
                .formParam("decision", "APPROVE")
                .formParam("digest", Shop.document().digest().value())
                .post(PLAN + "/phases/contract/decision")
                .then()
                .statusCode(403);
    }

    @Test
    void anotherSiteCannotPressAButton() {
        shop.isHeld();
        given().redirects()
                .follow(false)
                .cookie("lockstep_token", ShopWorld.ADAS_TOKEN)
                .header("Sec-Fetch-Site", "cross-site")
                .post(PLAN + "/suspend")
                .then()
                .statusCode(403);
        assertThat(shop.view().status()).isEqualTo(RunStatus.HELD);
    }

    @Test
    void scriptsAndStylesAreServedAndNothingOfThemIsInThePage() {
        String page = ada().get(PLAN).then().statusCode(200).extract().asString();
        assertThat(page)
                .doesNotContain("<style", "style=\"", "onclick", "javascript:")
                .doesNotContainPattern("<script[^>]*>[^<]");
        for (String file : new String[] {
            "/ui/lockstep.css",
            "/ui/live.js",
            "/ui/demo.js",
            "/ui/icons.svg",
            "/ui/mark.svg",
            "/_static/htmx.org/2.0.2/dist/htmx.min.js"
        }) {
            given().get(file).then().statusCode(200);
        }
    }

    private static RequestSpecification ada() {
        return as(ShopWorld.ADAS_TOKEN);
    }

    private static RequestSpecification guest() {
        return as(ShopWorld.GUESTS_TOKEN);
    }

    private static RequestSpecification as(String token) {
        return given().redirects()
                .follow(false)
                .cookie("lockstep_token", token)
                .header("Sec-Fetch-Site", "same-origin");
    }
}
