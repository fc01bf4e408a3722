package dev.lockstep.api;

import static dev.lockstep.api.ApiWorld.AUTHOR;
import static dev.lockstep.api.ApiWorld.VIEWER;
import static dev.lockstep.api.Requests.PLANS;
import static dev.lockstep.api.Requests.as;
import static dev.lockstep.api.Requests.problem;
import static dev.lockstep.api.Requests.yaml;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** Who waits for whom, and what the journal says of it afterwards. */
@QuarkusTest
@TestProfile(ApiWorld.class)
class LocksApiTest {
    private static final String LOCKS = "/api/v1/databases/shop/locks";

    private static final String PLAN = """
            apiVersion: lockstep.dev/v1alpha1
            kind: MigrationPlan
            metadata: {name: add-note, namespace: shop}
            spec:
              databaseRef: {name: shop}
              changes:
                - addColumn: {table: parcels, column: note, type: text, nullable: true}
              lock: {budgetMilliseconds: 200}
              minStableSeconds: 0
            """;

    private static Connection session(String application) throws SQLException {
        String url = ConfigProvider.getConfig().getValue("lockstep.databases.\"shop\".url", String.class);
        return DriverManager.getConnection(url + "&ApplicationName=" + application);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void showsAStepThatWaitsForALockAndTellsAfterwardsWhoHeldItUp() throws SQLException {
        try (Connection report = session("report")) {
            run(report, "CREATE TABLE parcels (id int PRIMARY KEY)");
            report.setAutoCommit(false);
            run(report, "SELECT 'her secret' FROM parcels");
            yaml(AUTHOR, PLAN).put(PLANS + "add-note").then().statusCode(201);
            as(AUTHOR).post(PLANS + "add-note/start").then().statusCode(200);
            await().untilAsserted(() -> as(VIEWER)
                    .get(LOCKS)
                    .then()
                    .statusCode(200)
                    .body("database", is("shop"))
                    .body("waiting", is(1))
                    .body("roots[0].application", is("report"))
                    .body("roots[0].state", is("idle in transaction"))
                    .body("roots[0].query", is("SELECT ? FROM parcels"))
                    .body("roots[0].transactionMilliseconds", greaterThan(0))
                    .body("roots[0].waiters[0].kind", is("PatientStep"))
                    .body("roots[0].waiters[0].step.plan", is("shop/add-note"))
                    .body("roots[0].waiters[0].waits.wants", is("AccessExclusiveLock on parcels"))
                    .body("roots[0].waiters[0].waits.blockedBy[0].has", is("AccessShareLock on parcels")));
            report.rollback();
        }
        as(VIEWER)
                .queryParam("until", "state:Succeeded")
                .queryParam("timeoutSeconds", 60)
                .get(PLANS + "add-note/wait")
                .then()
                .statusCode(200);
        String journal = as(VIEWER)
                .get(PLANS + "add-note/journal")
                .then()
                .statusCode(200)
                .body("entries.type", hasItem("StepDelayed"))
                .body("entries.find { it.type == 'StepDelayed' }.details.delays[0].application", is("report"))
                .body("entries.find { it.type == 'StepDelayed' }.details.delays[0].query", is("SELECT ? FROM parcels"))
                .body("entries.find { it.type == 'StepDelayed' }.details.delays[0].milliseconds", greaterThan(0))
                .extract()
                .asString();
        assertThat(journal).doesNotContain("her secret");
        as(VIEWER).get(PLANS + "add-note").then().body("phases[0].steps[0].delayedBy[0].application", is("report"));
        await().untilAsserted(() -> as(VIEWER).get(LOCKS).then().body("waiting", is(0)));
    }

    @Test
    void aDatabaseThatIsNotThereOrDoesNotAnswerIsAProblemThatSaysSo() {
        as(VIEWER)
                .get("/api/v1/databases/shpo/locks")
                .then()
                .spec(problem(404, "DatabaseUnknown"))
                .body("detail", containsString("[gone, shop]"));
        as(VIEWER)
                .get("/api/v1/databases/gone/locks")
                .then()
                .spec(problem(503, "DatabaseUnreachable"))
                .body("detail", containsString("database gone"))
                .body("detail", not(containsString("hidden")));
        as(VIEWER).get("/api/v1/databases/Not a name/locks").then().spec(problem(400, "RequestInvalid"));
        given().get(LOCKS).then().spec(problem(401, "Unauthenticated"));
    }
}
