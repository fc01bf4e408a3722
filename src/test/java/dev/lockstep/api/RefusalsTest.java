package dev.lockstep.api;

import static dev.lockstep.api.ApiWorld.AUTHOR;
import static dev.lockstep.api.ApiWorld.VIEWER;
import static dev.lockstep.api.Requests.PLANS;
import static dev.lockstep.api.Requests.as;
import static dev.lockstep.api.Requests.json;
import static dev.lockstep.api.Requests.plan;
import static dev.lockstep.api.Requests.problem;
import static dev.lockstep.api.Requests.yaml;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Test;

/** Whatever cannot be granted is a problem that says what to do. */
@QuarkusTest
@TestProfile(ApiWorld.class)
class RefusalsTest {
    @Test
    void whoIsNotKnownIsToldHowToSignIn() {
        given().get("/api/v1/plans")
                .then()
                .spec(problem(401, "Unauthenticated"))
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("detail", containsString("No token was sent"));
        as("another-token")
                .get("/api/v1/plans")
                .then()
                .spec(problem(401, "Unauthenticated"))
                .body("detail", containsString("not, or no longer, known"));
    }

    @Test
    void whoMayOnlyLookMayNotAct() {
        yaml(VIEWER, plan("mine")).put(PLANS + "mine").then().spec(problem(403, "NotAllowed"));
        as(VIEWER).post(PLANS + "mine/start").then().spec(problem(403, "NotAllowed"));
        as(VIEWER).delete(PLANS + "mine").then().spec(problem(403, "NotAllowed"));
    }

    @Test
    void everythingThatIsWrongWithAPlanIsSaidAtOnce() {
        yaml(AUTHOR, plan("bad").replace("minStableSeconds", "minStable").replace("count: 1", "count: 0"))
                .put(PLANS + "bad")
                .then()
                .spec(problem(422, "PlanInvalid"))
                .body("violations.path", contains("spec.approvals[0].count", "spec.minStable"));
        as(VIEWER).get(PLANS + "bad").then().spec(problem(404, "PlanNotFound"));
    }

    @Test
    void aFieldThatIsNotKnownHidesNothingThatDoesNotFitTheDatabase() {
        yaml(
                        AUTHOR,
                        plan("worse")
                                .replace("minStableSeconds", "minStable")
                                .replace("phase: contract,", "phase: contrakt,"))
                .put(PLANS + "worse")
                .then()
                .spec(problem(422, "PlanInvalid"))
                .body("violations.path", contains("spec.minStable", "spec.approvals[0].phase"));
    }

    @Test
    void theAddressMustNameThePlan() {
        yaml(AUTHOR, plan("one"))
                .put(PLANS + "other")
                .then()
                .spec(problem(422, "PlanInvalid"))
                .body("violations.path", contains("metadata.name"));
        as(VIEWER).get("/api/v1/plans/Shop/one").then().spec(problem(400, "RequestInvalid"));
    }

    @Test
    void whatIsNoDocumentIsRefusedWithThePlaceOfTheMistake() {
        yaml(AUTHOR, "spec:\n  a: [1\n  b: 2\n")
                .put(PLANS + "torn")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("detail", containsString("not YAML at line "));
        json(AUTHOR, "{\n \"spec\": }")
                .put(PLANS + "torn")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("detail", containsString("not JSON at line 2, column 1"));
        yaml(AUTHOR, "kind: a\nkind: b\n").put(PLANS + "torn").then().spec(problem(400, "RequestInvalid"));
        yaml(AUTHOR, "a: 1\n---\nb: 2\n").put(PLANS + "torn").then().spec(problem(400, "RequestInvalid"));
        yaml(AUTHOR, "").put(PLANS + "torn").then().spec(problem(400, "RequestInvalid"));
    }

    @Test
    void whatHttpItselfRefusesIsAProblemToo() {
        as(AUTHOR).contentType("text/plain").body("x").put(PLANS + "x").then().spec(problem(415, "RequestInvalid"));
        as(AUTHOR).get("/api/v1/nowhere").then().spec(problem(404, "RequestInvalid"));
        as(AUTHOR).patch("/api/v1/databases").then().spec(problem(405, "RequestInvalid"));
        as(AUTHOR).queryParam("after", "soon").get(PLANS + "x/journal").then().spec(problem(404, "RequestInvalid"));
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        String large = plan("large") + "#" + "x".repeat(Bodies.MOST_BYTES);
        yaml(AUTHOR, large).put(PLANS + "large").then().spec(problem(413, "RequestInvalid"));
        yaml(AUTHOR, large + "x".repeat(Bodies.MOST_BYTES))
                .put(PLANS + "large")
                .then()
                .statusCode(413);
    }

    @Test
    void anErrorOfOursTellsNothingButWhereToLook() {
        json(FakeCluster.EXPLOSIVE_TOKEN, "{\"version\": \"1\"}")
                .post("/api/v1/reports")
                .then()
                .spec(problem(500, "Internal"))
                .body("detail", not(containsString(FakeCluster.SECRET)))
                .body("id.length()", is(36));
    }

    @Test
    void anotherSiteCannotUseThePagesCookie() {
        given().cookie("lockstep_token", AUTHOR)
                .header("Sec-Fetch-Site", "same-site")
                .post(PLANS + "none/start")
                .then()
                .spec(problem(403, "NotAllowed"));
        given().cookie("lockstep_token", AUTHOR)
                .header("Origin", "https://elsewhere.example")
                .post(PLANS + "none/start")
                .then()
                .spec(problem(403, "NotAllowed"));
        given().cookie("lockstep_token", AUTHOR)
                .post(PLANS + "none/start")
                .then()
                .spec(problem(403, "NotAllowed"));
        given().cookie("lockstep_token", AUTHOR)
                .header("Sec-Fetch-Site", "same-origin")
                .post(PLANS + "none/start")
                .then()
                .spec(problem(404, "PlanNotFound"));
        given().cookie("lockstep_token", AUTHOR).get("/api/v1/plans").then().statusCode(200);
    }

    @Test
    void metricsWantATokenAndProbesDoNot() {
        given().get("/q/metrics").then().statusCode(401);
        as(VIEWER).get("/q/metrics").then().statusCode(200);
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/openapi")
                .then()
                .statusCode(200)
                .body(containsString("/api/v1/plans/{namespace}/{name}"), containsString("rename a column"));
    }
}
