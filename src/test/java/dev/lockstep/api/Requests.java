package dev.lockstep.api;

import static io.restassured.RestAssured.given;

import io.restassured.builder.ResponseSpecBuilder;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.restassured.specification.ResponseSpecification;
import org.hamcrest.Matchers;

/** Requests as people and machines send them. */
final class Requests {
    static final String PLANS = "/api/v1/plans/shop/";

    private static final RestAssuredConfig YAML_IS_TEXT = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                    .encodeContentTypeAs("application/yaml", ContentType.TEXT)
                    .encodeContentTypeAs("application/json", ContentType.TEXT));

    private Requests() {}

    static RequestSpecification as(String token) {
        return given().config(YAML_IS_TEXT).header("Authorization", "Bearer " + token);
    }

    static RequestSpecification yaml(String token, String body) {
        return as(token).contentType("application/yaml").body(body);
    }

    static RequestSpecification json(String token, String body) {
        return as(token).contentType("application/json").body(body);
    }

    /** Creates a table at once, and drops it again in a contract that one person has to approve. */
    static String plan(String name) {
        String table = name.replace('-', '_');
        return """
                apiVersion: lockstep.dev/v1alpha1
                kind: MigrationPlan
                metadata: {name: %s, namespace: shop}
                spec:
                  databaseRef: {name: shop}
                  changes:
                    - sql: {phase: Expand, name: make, up: create table %s (id int), down: drop table %s,
                            verify: "select to_regclass('%s') is not null"}
                    - sql: {phase: Contract, name: take, up: drop table %s,
                            verify: "select to_regclass('%s') is null"}
                  approvals:
                    - {phase: contract, count: 1}
                  minStableSeconds: 0
                """.formatted(name, table, table, table, table, table);
    }

    static ResponseSpecification problem(int status, String code) {
        return new ResponseSpecBuilder()
                .expectStatusCode(status)
                .expectContentType("application/problem+json")
                .expectBody("status", Matchers.is(status))
                .expectBody("code", Matchers.is(code))
                .expectBody("title", Matchers.not(Matchers.emptyOrNullString()))
                .expectBody("detail", Matchers.endsWith("."))
                .build();
    }
}
