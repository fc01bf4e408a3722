package dev.lockstep.api;

import static dev.lockstep.api.ApiWorld.APPROVER;
import static dev.lockstep.api.ApiWorld.AUTHOR;
import static dev.lockstep.api.ApiWorld.ROBOT;
import static dev.lockstep.api.ApiWorld.VIEWER;
import static dev.lockstep.api.Requests.PLANS;
import static dev.lockstep.api.Requests.as;
import static dev.lockstep.api.Requests.json;
import static dev.lockstep.api.Requests.plan;
import static dev.lockstep.api.Requests.problem;
import static dev.lockstep.api.Requests.yaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A plan from its declaration to its end, as a pipeline and its people would take it there. */
@QuarkusTest
@TestProfile(ApiWorld.class)
class PlansApiTest {
    /** A plan that kubectl applied would be set back by it at once. */
    @Test
    void planThatIsKeptElsewhereIsNeitherChangedNorDeletedHere() {
        String name = FakeStewards.KEPT;
        yaml(AUTHOR, plan(name))
                .put(PLANS + name)
                .then()
                .spec(problem(409, "PlanKeptElsewhere"))
                .body("detail", containsString("kept by the MigrationPlan object"));
        as(AUTHOR).delete(PLANS + name).then().spec(problem(409, "PlanKeptElsewhere"));
    }

    @Test
    void declaringAPlanAgainChangesNothingAndAnotherSpecIsARevision() throws IOException {
        yaml(AUTHOR, plan("declared"))
                .put(PLANS + "declared")
                .then()
                .statusCode(201)
                .header("ETag", "\"1\"")
                .header("Location", endsWith(PLANS + "declared"))
                .body("state", is("Pending"))
                .body("author", is("alice"))
                .body("spec.lock.budgetMilliseconds", is(500));
        String sameInJson = new ObjectMapper().writeValueAsString(new YAMLMapper().readTree(plan("declared")));
        json(AUTHOR, sameInJson).put(PLANS + "declared").then().statusCode(200).header("ETag", "\"1\"");
        yaml(AUTHOR, plan("declared").replace("count: 1", "count: 2"))
                .header("If-Match", "\"1\"")
                .put(PLANS + "declared")
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"");
        yaml(AUTHOR, plan("declared"))
                .header("If-Match", "\"1\"")
                .put(PLANS + "declared")
                .then()
                .spec(problem(412, "PreconditionFailed"))
                .body("detail", containsString("revision 2"));
        yaml(AUTHOR, plan("declared"))
                .header("If-None-Match", "*")
                .put(PLANS + "declared")
                .then()
                .spec(problem(412, "PreconditionFailed"));
        as(VIEWER).get("/api/v1/plans").then().statusCode(200).body("plans.name", hasItem("declared"));
        as(AUTHOR)
                .header("If-Match", "\"1\"")
                .delete(PLANS + "declared")
                .then()
                .spec(problem(412, "PreconditionFailed"));
        as(AUTHOR).delete(PLANS + "declared").then().statusCode(204);
        as(VIEWER).get(PLANS + "declared").then().spec(problem(404, "PlanNotFound"));
    }

    @Test
    void runsToItsEndWithAnApproval() {
        yaml(AUTHOR, plan("whole-way")).put(PLANS + "whole-way").then().statusCode(201);
        as(AUTHOR).post(PLANS + "whole-way/suspend").then().spec(problem(409, "RunNotFound"));
        as(AUTHOR)
                .header("Idempotency-Key", "k1")
                .post(PLANS + "whole-way/start")
                .then()
                .statusCode(200);
        as(AUTHOR)
                .header("Idempotency-Key", "k1")
                .post(PLANS + "whole-way/start")
                .then()
                .statusCode(200);
        reached("whole-way", "state:AwaitingApproval");
        reached("whole-way", "phase:contract");

        String digest = as(VIEWER)
                .get(PLANS + "whole-way")
                .then()
                .statusCode(200)
                .body("currentPhase", is("contract"))
                .body("phases.name", contains("expand", "contract"))
                .body("phases[0].steps[0].sql", hasItem("create table whole_way (id int)"))
                .body("phases[0].steps[0].state", is("Done"))
                .body("pointOfNoReturn.passed", is(false))
                .body("approvals[0].needed", is(1))
                .extract()
                .path("run.digest");
        yaml(AUTHOR, plan("whole-way").replace("count: 1", "count: 2"))
                .put(PLANS + "whole-way")
                .then()
                .spec(problem(409, "PlanInProgress"));
        as(AUTHOR).delete(PLANS + "whole-way").then().spec(problem(409, "PlanInProgress"));

        approve(ROBOT, digest).spec(problem(403, "NotAllowed")).body("detail", containsString("machine"));
        approve(AUTHOR, digest).spec(problem(403, "NotAllowed")).body("detail", containsString("declared this plan"));
        approve(APPROVER, "0".repeat(64)).spec(problem(409, "DigestMismatch"));
        approve(APPROVER, "short").spec(problem(400, "RequestInvalid"));
        approve(APPROVER, digest).statusCode(200).body("approvals[0].approvers", contains("bob"));
        reached("whole-way", "state:Succeeded");

        as(VIEWER)
                .get(PLANS + "whole-way/journal")
                .then()
                .statusCode(200)
                .body("entries[0].sequence", is(1))
                .body("entries[0].message", is("alice started the run."))
                .body("entries.type", hasItems("Approved", "PointOfNoReturnPassed", "PhaseCompleted"))
                .body("entries.message", everyItem(endsWith(".")));
        as(VIEWER)
                .queryParam("after", 3)
                .get(PLANS + "whole-way/journal")
                .then()
                .body("entries[0].sequence", is(4));
        as(VIEWER)
                .queryParam("until", "state:Failed")
                .get(PLANS + "whole-way/wait")
                .then()
                .spec(problem(409, "OutOfReach"));
        as(VIEWER)
                .queryParam("until", "phase:nowhere")
                .get(PLANS + "whole-way/wait")
                .then()
                .spec(problem(409, "OutOfReach"));
    }

    private static ValidatableResponse approve(String token, String digest) {
        return json(token, "{\"decision\": \"Approve\", \"comment\": \"seen\", \"digest\": \"" + digest + "\"}")
                .post(PLANS + "whole-way/phases/contract/approvals")
                .then();
    }

    private static void reached(String plan, String until) {
        as(VIEWER)
                .queryParam("until", until)
                .queryParam("timeoutSeconds", 60)
                .get(PLANS + plan + "/wait")
                .then()
                .log()
                .ifValidationFails()
                .statusCode(200)
                .body("reached", is(true))
                .body("until", is(until));
    }

    @Test
    void waitingEndsInTimeAndSaysWhatIsSo() {
        yaml(AUTHOR, plan("waited")).put(PLANS + "waited").then().statusCode(201);
        as(VIEWER)
                .queryParam("until", "phase:contract")
                .queryParam("timeoutSeconds", 0)
                .get(PLANS + "waited/wait")
                .then()
                .spec(problem(408, "NotReachedYet"))
                .body("retryable", is(true))
                .body("detail", containsString("Pending"));
        as(VIEWER)
                .queryParam("until", "tomorrow")
                .get(PLANS + "waited/wait")
                .then()
                .spec(problem(400, "RequestInvalid"));
        as(VIEWER).get(PLANS + "waited/wait").then().spec(problem(400, "RequestInvalid"));
    }

    @Test
    void whatWasStartedCanBeTakenBack() {
        yaml(AUTHOR, plan("taken-back")).put(PLANS + "taken-back").then().statusCode(201);
        as(AUTHOR).post(PLANS + "taken-back/start").then().statusCode(200);
        reached("taken-back", "state:AwaitingApproval");
        as(AUTHOR).post(PLANS + "taken-back/suspend").then().statusCode(200).body("state", is("Paused"));
        as(AUTHOR).post(PLANS + "taken-back/resume").then().statusCode(200);
        as(VIEWER)
                .contentType("application/json")
                .body("{\"speed\": \"Gentle\"}")
                .post(PLANS + "taken-back/backfill")
                .then()
                .statusCode(403);
        as(AUTHOR)
                .contentType("application/json")
                .body("{\"speed\": \"Slow\"}")
                .post(PLANS + "taken-back/backfill")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("violations[0].path", is("speed"));
        as(AUTHOR)
                .contentType("application/json")
                .body("{\"speed\": \"Gentle\"}")
                .post(PLANS + "taken-back/backfill")
                .then()
                .statusCode(200)
                .body("backfill.speed", is("Gentle"));
        as(AUTHOR).post(PLANS + "taken-back/rollback").then().statusCode(200);
        reached("taken-back", "state:RolledBack");
        as(VIEWER)
                .queryParam("until", "state:Succeeded")
                .get(PLANS + "taken-back/wait")
                .then()
                .spec(problem(409, "OutOfReach"));
    }

    @Test
    void eventsGoOnBehindTheLastOneSeen() throws IOException {
        yaml(AUTHOR, plan("watched")).put(PLANS + "watched").then().statusCode(201);
        as(AUTHOR).post(PLANS + "watched/start").then().statusCode(200);
        reached("watched", "state:AwaitingApproval");
        List<String> all = events("watched", "", line -> line.contains("\"AwaitingApproval\""));
        assertThat(all).contains("id: 1", "event: journal", "event: state");
        List<String> rest = events("watched", "2", line -> line.startsWith(":"));
        assertThat(rest).contains("id: 3").doesNotContain("id: 1", "id: 2");
    }

    /** The stream's lines, up to the first that fits; closed then. Colons are written with a space, as RFC readers accept. */
    private List<String> events(String plan, String lastEventId, Predicate<String> last) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create("http://localhost:" + RestAssured.port)
                .resolve(PLANS + plan + "/events")
                .toURL()
                .openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + VIEWER);
        connection.setRequestProperty("Last-Event-ID", lastEventId);
        connection.setReadTimeout(20_000);
        assertThat(connection.getResponseCode()).isEqualTo(200);
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                lines.add(line.replaceFirst("^(\\w+):(?! )", "$1: "));
                if (last.test(line)) {
                    return lines;
                }
                line = reader.readLine();
            }
        }
        return lines;
    }

    @Test
    void eventsOfAPlanThatIsNotThereAreRefused() {
        as(VIEWER).get(PLANS + "nothing/events").then().statusCode(404);
    }

    /** An hour of the day that is far away whenever this runs. */
    @Test
    void otherWindowsAreTakenUpByARunThatGoesOn() {
        LocalTime far =
                LocalTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MINUTES).plusHours(11);
        String windows = "  windows: [{name: later, phases: [contract], from: \"%s\", to: \"%s\"}]\n"
                .formatted(far, far.plusHours(1));
        yaml(VIEWER, plan("other-hours") + windows)
                .post("/api/v1/explain")
                .then()
                .statusCode(200)
                .body("phases[0].windows", empty())
                .body("phases[1].windows[0]", startsWith("later: every day from " + far));
        yaml(AUTHOR, plan("other-hours") + windows)
                .put(PLANS + "other-hours")
                .then()
                .statusCode(201);
        as(AUTHOR).post(PLANS + "other-hours/start").then().statusCode(200);
        reached("other-hours", "phase:contract");
        reached("other-hours", "state:Held");
        as(VIEWER)
                .get(PLANS + "other-hours")
                .then()
                .body("blockers.code", contains("OutsideWindow"))
                .body("phases[1].windows[0]", startsWith("later: "))
                .body("approvals[0].needed", is(1));

        yaml(AUTHOR, plan("other-hours").replace("count: 1", "count: 2") + windows)
                .put(PLANS + "other-hours")
                .then()
                .spec(problem(409, "PlanInProgress"));
        yaml(AUTHOR, plan("other-hours"))
                .put(PLANS + "other-hours")
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .body("phases[1].windows", empty());

        reached("other-hours", "state:AwaitingApproval");
        as(VIEWER)
                .get(PLANS + "other-hours/journal")
                .then()
                .body("entries.message", hasItem("alice changed when the phases of the run may run: at any time."));
    }

    @Test
    void explainsAndStoresNothing() {
        yaml(VIEWER, plan("explained"))
                .post("/api/v1/explain")
                .then()
                .statusCode(200)
                .body("phases.name", contains("expand", "contract"))
                .body("phases[1].approvalsNeeded", is(1))
                .body("phases[1].steps[0].inverse.kind", is("Impossible"))
                .body("pointOfNoReturn.phase", is("contract"));
        as(VIEWER).get(PLANS + "explained").then().spec(problem(404, "PlanNotFound"));
    }

    @Test
    void explainsHowABackfillWillGoThroughItsTable() {
        String plan = """
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: walked, namespace: shop}
                spec:
                  databaseRef: {name: shop}
                  phases:
                    - name: make
                      type: Expand
                      steps:
                        - sql: {name: make, up: "create table walked (a text, b text)", down: drop table if exists walked}
                    - name: fill
                      type: Backfill
                      steps:
                        - backfill: {name: b, table: walked, column: b, value: a, where: b IS NULL}
                """;
        yaml(VIEWER, plan)
                .post("/api/v1/explain")
                .then()
                .statusCode(200)
                .body("phases[0].steps[0].walk", nullValue())
                .body(
                        "phases[1].steps[0].walk",
                        endsWith("decided when the step begins: there is no table walked yet."));
    }

    @Test
    void showsDatabasesWithoutTheirPasswords() {
        as(VIEWER)
                .get("/api/v1/databases")
                .then()
                .statusCode(200)
                .body("databases.name", contains("gone", "shop"))
                .body("databases[1].url", containsString("jdbc:postgresql://127.0.0.1:"))
                .body("databases[1].url", not(containsString("hidden")))
                .body("databases[1].locks", is("/api/v1/databases/shop/locks"));
    }

    @Test
    void aMisspeltDatabaseIsNoPermissionToDeploy() {
        as(VIEWER)
                .queryParam("database", "shpo")
                .queryParam("workload", "web")
                .queryParam("version", "1.5.0")
                .get("/api/v1/can-i-deploy")
                .then()
                .spec(problem(404, "DatabaseUnknown"));
        as(VIEWER)
                .queryParam("database", "shop")
                .queryParam("workload", "web")
                .queryParam("version", "1.5.0")
                .get("/api/v1/can-i-deploy")
                .then()
                .statusCode(200)
                .body("allowed", is(true))
                .body("verdict", is("Allowed"));
        as(VIEWER)
                .queryParam("database", "shop")
                .get("/api/v1/can-i-deploy")
                .then()
                .spec(problem(400, "RequestInvalid"));
    }

    @Test
    void onlyAPodReports() {
        String body = "{\"version\": \"1.5.0\"}";
        json(FakeCluster.POD_TOKEN, body).post("/api/v1/reports").then().statusCode(204);
        json(AUTHOR, body).post("/api/v1/reports").then().spec(problem(403, "NotAllowed"));
        json(FakeCluster.POD_TOKEN, "{\"version\": 1, \"x\": \"\"}")
                .post("/api/v1/reports")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("violations.size()", greaterThan(1));
    }

    @Test
    void somebodyAnswersForAnExternalConsumer() {
        String path = PLANS + "attested";
        String declared =
                plan("attested") + "  workloads: [{name: bi, kind: External, versions: {new-only: '>=1.5.0'}}]\n";
        yaml(AUTHOR, declared).put(path).then().statusCode(201);
        as(AUTHOR).post(path + "/start").then().statusCode(200);
        String word = "{\"version\": \"1.5.0\", \"expiresAt\": \"%s\", \"comment\": \"asked them\"}";
        String tomorrow = word.formatted(Instant.now().plus(Duration.ofDays(1)));

        json(VIEWER, tomorrow).post(path + "/workloads/bi/attestations").then().spec(problem(403, "NotAllowed"));
        json(AUTHOR, tomorrow).post(path + "/workloads/web/attestations").then().spec(problem(400, "RequestInvalid"));
        json(AUTHOR, word.formatted("2020-01-01T00:00:00Z"))
                .post(path + "/workloads/bi/attestations")
                .then()
                .spec(problem(400, "RequestInvalid"));
        json(AUTHOR, word.formatted("tomorrow"))
                .post(path + "/workloads/bi/attestations")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("violations[0].path", is("expiresAt"));
        json(AUTHOR, tomorrow)
                .post(path + "/workloads/bi/attestations")
                .then()
                .statusCode(200)
                .body("workloads[0].state", is("Attested"))
                .body("workloads[0].attestation.version", is("1.5.0"))
                .body("workloads[0].attestation.by", is("alice"));
        as(AUTHOR).post(path + "/rollback").then().statusCode(200);
    }

    @Test
    void aLateRepetitionUnderTheSameKeyChangesNothing() {
        yaml(AUTHOR, plan("repeated")).put(PLANS + "repeated").then().statusCode(201);
        as(AUTHOR)
                .header("Idempotency-Key", "k1")
                .post(PLANS + "repeated/start")
                .then()
                .statusCode(200);
        as(AUTHOR)
                .header("Idempotency-Key", "k2")
                .post(PLANS + "repeated/suspend")
                .then()
                .statusCode(200)
                .body("state", is("Paused"));
        as(AUTHOR).post(PLANS + "repeated/resume").then().statusCode(200).body("state", not(is("Paused")));
        as(AUTHOR)
                .header("Idempotency-Key", "k2")
                .post(PLANS + "repeated/suspend")
                .then()
                .statusCode(200)
                .body("state", not(is("Paused")));
        as(AUTHOR)
                .header("Idempotency-Key", "k2")
                .post(PLANS + "repeated/resume")
                .then()
                .spec(problem(400, "RequestInvalid"))
                .body("detail", containsString("suspend"));
    }
}
