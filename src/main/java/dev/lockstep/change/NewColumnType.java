package dev.lockstep.change;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The type of a new column, as its author wrote it. */
record NewColumnType(String text) {
    private static final Pattern SERIAL = Pattern.compile("(small|big)?serial[248]?");
    private static final Pattern MORE_THAN_A_TYPE = Pattern.compile(
            "\\b(generated|references|default|null|primary|unique|check|constraint|identity)\\b|;|--|/\\*");
    private static final Pattern BUILT_IN = Pattern.compile("(pg_catalog\\.)?(int[248]?|integer|smallint|bigint|numeric"
            + "|decimal|real|double precision|float[48]?|money|text|varchar|character varying|char|character|bpchar|bytea"
            + "|bool|boolean|date|timetz|timestamptz|(time|timestamp)|interval|uuid|jsonb?|xml|inet|cidr|macaddr8?|bit"
            + "|bit varying|varbit|point|line|lseg|box|path|polygon|circle|tsvector|tsquery|oid"
            + "|(int4|int8|num|ts|tstz|date)(multi)?range)"
            + "( ?\\([0-9]+( ?, ?-?[0-9]+)?\\))?( with(out)? time zone)?( ?\\[[0-9]*\\])*");

    /** Why it cannot be used, as a sentence with a remedy. */
    Optional<String> objection() {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (SERIAL.matcher(lower).matches()) {
            return Optional.of(text + " would number every row while the whole table is locked (P32). Use integer or"
                    + " bigint with a sequence of your own: an sql change that creates it, and the default"
                    + " nextval('that_sequence').");
        }
        return MORE_THAN_A_TYPE.matcher(lower).find()
                ? Optional.of(text + " is more than a type. Write only the type here; default, nullable and fill have"
                        + " fields of their own, and constraints can be added with an sql change.")
                : Optional.empty();
    }

    /** Whether the server has it from the start, so that it is no domain. */
    boolean builtIn() {
        return BUILT_IN.matcher(text.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " "))
                .matches();
    }

    /** A query of one row if it is a domain with constraints: adding a column of one rewrites the table. */
    String rewriting() {
        return """
                WITH RECURSIVE layer(type) AS (
                  SELECT pg_catalog.to_regtype(%s)::oid
                  UNION ALL
                  SELECT t.typbasetype FROM layer l JOIN pg_catalog.pg_type t ON t.oid = l.type AND t.typtype = 'd')
                SELECT 'domain ' || t.oid::pg_catalog.regtype
                FROM layer l JOIN pg_catalog.pg_type t ON t.oid = l.type AND t.typtype = 'd'
                WHERE t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.contypid = t.oid)
                LIMIT 1""".formatted(SqlText.literal(text));
    }
}
