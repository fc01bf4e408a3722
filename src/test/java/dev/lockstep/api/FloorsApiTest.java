package dev.lockstep.api;

import static dev.lockstep.api.ApiWorld.ADMIN;
import static dev.lockstep.api.ApiWorld.AUTHOR;
import static dev.lockstep.api.ApiWorld.VIEWER;
import static dev.lockstep.api.Requests.PLANS;
import static dev.lockstep.api.Requests.as;
import static dev.lockstep.api.Requests.json;
import static dev.lockstep.api.Requests.yaml;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.lockstep.fixture.Fact;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;

/** What a plan that is gone still keeps out, over HTTP. */
@QuarkusTest
@TestProfile(ApiWorld.class)
class FloorsApiTest {
    private static final String FLOORS = "/api/v1/databases/shop/floors";
    private static final String ASK = "/api/v1/can-i-deploy?database=shop&workload=mill&version=";

    private static final String PLAN = """
            apiVersion: lockstep.dev/v1alpha1
            kind: MigrationPlan
            metadata: {name: grind, namespace: shop}
            spec:
              databaseRef: {name: shop}
              phases:
                - name: contract
                  type: Contract
                  require: new-only
                  steps:
                    - sql: {name: take, up: select 1}
              workloads:
                - name: mill
                  kind: Deployment
                  resource: mill
                  versions: {new-only: ">=1.4.0"}
                  evidence: {minimumKinds: 1, fromProcess: false}
              minStableSeconds: 0
            """;

    @Test
    @Fact("G38")
    void aFloorOutlivesItsPlanUntilAnAdministratorLiftsIt() {
        String run = contracted();
        as(VIEWER)
                .get(FLOORS)
                .then()
                .statusCode(200)
                .body("find {it.workload == 'mill'}.versions", is(">=1.4.0"))
                .body("find {it.workload == 'mill'}.plan", is("shop/grind"));

        as(VIEWER)
                .get("/api/v1/databases/shop/reconciliation")
                .then()
                .statusCode(200)
                .body("findAll {it.plan == 'shop/grind'}.size()", is(0));
        as(VIEWER).get(ASK + "1.3.9").then().statusCode(200).body("allowed", is(false));
        as(VIEWER).get(ASK + "1.4.0").then().statusCode(200).body("allowed", is(true));
        lift(AUTHOR, run, "restored").then().statusCode(403);
        lift(ADMIN, "nonsense", "restored").then().statusCode(400);
        lift(ADMIN, run, "").then().statusCode(400).body("detail", containsString("comment"));
        lift(ADMIN, run, "restored").then().statusCode(204);
        lift(ADMIN, run, "restored").then().statusCode(409);
        as(VIEWER).get(ASK + "1.3.9").then().statusCode(200).body("allowed", is(true));
    }

    private static String contracted() {
        yaml(AUTHOR, PLAN).put(PLANS + "grind").then().statusCode(201);
        as(AUTHOR).post(PLANS + "grind/start").then().statusCode(200);
        as(VIEWER)
                .get(PLANS + "grind/wait?until=state:Succeeded&timeoutSeconds=30")
                .then()
                .statusCode(200);
        String run = as(VIEWER).get(PLANS + "grind").then().extract().path("run.id");
        as(AUTHOR).delete(PLANS + "grind").then().statusCode(204);
        return run;
    }

    private static Response lift(String token, String run, String comment) {
        return json(token, "{\"comment\": \"" + comment + "\"}").post(FLOORS + "/" + run + "/lift");
    }
}
