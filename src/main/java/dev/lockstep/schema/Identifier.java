package dev.lockstep.schema;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One name as the PostgreSQL catalogue spells it: case is kept, nothing is folded. The only way from a string to SQL
 * text is {@link #sql()}, which quotes where the server would otherwise read something else.
 *
 * @param value 1 to 63 bytes in UTF-8, without NUL; PostgreSQL would cut a longer one silently (P24)
 */
public record Identifier(String value) implements Comparable<Identifier> {
    /** PostgreSQL's NAMEDATALEN - 1. */
    public static final int MAX_BYTES = 63;

    private static final int HASH_HEX_DIGITS = 8;
    private static final Pattern BARE = Pattern.compile("[a-z_][a-z0-9_]*");

    /** Words that PostgreSQL 14 to 18 refuse, or read differently, as a bare column or table name. */
    private static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both"
                            + " case cast char character check coalesce collate collation column concurrently"
                            + " constraint create cross current_catalog current_date current_role current_schema"
                            + " current_time current_timestamp current_user dec decimal default deferrable desc"
                            + " distinct do else end except exists extract false fetch float for foreign freeze from"
                            + " full grant greatest group grouping having ilike in initially inner inout int integer"
                            + " intersect interval into is isnull join json json_array json_arrayagg json_exists"
                            + " json_object json_objectagg json_query json_scalar json_serialize json_table json_value"
                            + " lateral leading least left like limit localtime localtimestamp merge_action national"
                            + " natural nchar none normalize not notnull null nullif numeric offset on only or order"
                            + " out outer overlaps overlay placing position precision primary real references"
                            + " returning right row select session_user setof similar smallint some substring"
                            + " symmetric system_user table tablesample then time timestamp to trailing treat trim"
                            + " true union unique user using values varchar variadic verbose when where window with"
                            + " xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi"
                            + " xmlroot xmlserialize xmltable")
                    .split(" "));

    public Identifier {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a name must not be empty");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name must not contain the NUL character");
        }
        if (value.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("the name \"" + value + "\" is longer than the " + MAX_BYTES
                    + " bytes that PostgreSQL keeps; shorten it");
        }
    }

    /**
     * A generated name that keeps what a person recognises and cannot collide by truncation (P24).
     *
     * @param prefix short and ours, for example {@code lockstep_sync_}
     * @param recognisable what a person would look for, cut where it is too long
     * @param identity everything the name must be unique for; hashed
     */
    public static Identifier derived(String prefix, String recognisable, String identity) {
        String suffix = "_" + hash(identity);
        int room = MAX_BYTES - prefix.getBytes(StandardCharsets.UTF_8).length - suffix.length();
        return new Identifier(prefix + cut(recognisable, room) + suffix);
    }

    private static String cut(String text, int bytes) {
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int codePoint : text.codePoints().toArray()) {
            int width = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
            if (used + width > bytes) {
                break;
            }
            kept.appendCodePoint(codePoint);
            used += width;
        }
        return kept.toString();
    }

    private static String hash(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_HEX_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** This name as SQL text: bare where that is safe on every supported server, quoted otherwise (P44). */
    public String sql() {
        return BARE.matcher(value).matches() && !RESERVED.contains(value)
                ? value
                : '"' + value.replace("\"", "\"\"") + '"';
    }

    @Override
    public int compareTo(Identifier other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
