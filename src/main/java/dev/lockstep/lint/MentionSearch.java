package dev.lockstep.lint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.lint.Scope.Source;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Looks through the tree of one text for a table or a column. It goes by what stands in which FROM; where that does not
 * decide, the answer is that the subject is mentioned: a needless question costs less than a lost column.
 */
final class MentionSearch {
    private final Subject subject;
    private final String column;
    private Optional<String> found = Optional.empty();
    private Optional<String> unreadable = Optional.empty();

    MentionSearch(Subject subject) {
        this.subject = subject;
        this.column = subject.column().map(name -> name.value()).orElse("");
    }

    Usage search(JsonNode statements) {
        visit(statements, Scope.top());
        return found.<Usage>map(Usage.Mentions::new)
                .or(() -> unreadable.map(Usage.Unreadable::new))
                .orElseGet(Usage.DoesNot::new);
    }

    private void found(String how) {
        found = found.or(() -> Optional.of(how));
    }

    /** Anything below this node. */
    private void visit(JsonNode node, Scope scope) {
        if (found.isPresent()) {
            return;
        }
        if (node.isArray()) {
            node.forEach(each -> visit(each, scope));
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "SelectStmt" -> select(value, scope);
                case "InsertStmt" -> insert(value, scope);
                case "UpdateStmt" -> update(value, scope);
                case "DeleteStmt" -> delete(value, scope);
                case "MergeStmt" -> merge(value, scope);
                case "CopyStmt" -> copy(value, scope);
                case "ColumnRef" -> column(value, scope);
                case "IndexElem" -> named(value.path("name").asText(), scope, "names it in ON CONFLICT");
                case "DoStmt", "CreateFunctionStmt" -> code(value);
                default -> {
                    if (definition(field.getKey())) {
                        define(value, scope);
                    } else {
                        visit(value, scope);
                    }
                }
            }
        }
    }

    /** Whether this is another statement than a query: DDL, maintenance, rights. */
    private static boolean definition(String kind) {
        return kind.endsWith("Stmt")
                && !Set.of("stmt", "RawStmt", "PrepareStmt", "ExplainStmt", "DeclareCursorStmt", "CreateTableAsStmt")
                        .contains(kind);
    }

    private void select(JsonNode statement, Scope outer) {
        Scope scope = withQueries(statement, outer);
        visit(statement.path("valuesLists"), scope);
        if (statement.has("larg")) {
            select(statement.path("larg"), scope);
            select(statement.path("rarg"), scope);
            return;
        }
        statement.path("fromClause").forEach(item -> from(item, scope));
        targets(statement.path("targetList"), scope);
        for (String clause : List.of("whereClause", "groupClause", "havingClause", "windowClause", "distinctClause")) {
            visit(statement.path(clause), scope);
        }
        Set<String> given = outputs(statement);
        for (JsonNode sort : statement.path("sortClause")) {
            // A bare name that the query gives itself is that, whatever the tables have.
            Optional<String> bare = bareName(sort.path("SortBy").path("node"));
            if (bare.filter(given::contains).isEmpty()) {
                visit(sort, scope);
            }
        }
        visit(statement.path("limitCount"), scope);
        visit(statement.path("limitOffset"), scope);
    }

    /** The scope of a statement, with the WITH queries looked through and known by name. */
    private Scope withQueries(JsonNode statement, Scope outer) {
        Set<String> names = new HashSet<>();
        JsonNode with = statement.path("withClause");
        boolean recursive = with.path("recursive").asBoolean();
        List<JsonNode> queries = new ArrayList<>();
        with.path("ctes").forEach(each -> queries.add(each.path("CommonTableExpr")));
        if (recursive) {
            queries.forEach(query -> names.add(query.path("ctename").asText()));
        }
        for (JsonNode query : queries) {
            visit(query.path("ctequery"), outer.inner(Set.copyOf(names)));
            names.add(query.path("ctename").asText());
        }
        return outer.inner(Set.copyOf(names));
    }

    private void from(JsonNode item, Scope scope) {
        if (item.has("RangeVar")) {
            table(item.path("RangeVar"), scope);
        } else if (item.has("JoinExpr")) {
            join(item.path("JoinExpr"), scope);
        } else if (item.has("RangeSubselect")) {
            JsonNode query = item.path("RangeSubselect");
            visit(query.path("subquery"), query.path("lateral").asBoolean() ? scope : scope.inner(Set.of()));
            Set<String> outputs = query.path("alias").has("colnames")
                    ? names(query.path("alias").path("colnames"))
                    : outputs(query.path("subquery").path("SelectStmt"));
            scope.add(new Source.Other(alias(query, ""), outputs.contains(column)));
        } else {
            // A function, VALUES, XMLTABLE: what it computes from may be what stands before it.
            visit(item, scope);
            item.properties()
                    .forEach(each -> scope.add(new Source.Other(
                            alias(each.getValue(), ""),
                            names(each.getValue().path("alias").path("colnames"))
                                    .contains(column))));
        }
    }

    private void join(JsonNode join, Scope scope) {
        from(join.path("larg"), scope);
        from(join.path("rarg"), scope);
        if (scope.hasOurs() && join.path("isNatural").asBoolean()) {
            found("joins by every common column (NATURAL JOIN)");
        }
        if (names(join.path("usingClause")).contains(column) && scope.hasOurs()) {
            found("joins by it");
        }
        visit(join.path("quals"), scope);
    }

    /** A table by name; its name alone is enough where the subject is a table. */
    private void table(JsonNode range, Scope scope) {
        String name = range.path("relname").asText();
        String schema = range.path("schemaname").asText();
        boolean withQuery = schema.isEmpty() && scope.isQuery(name);
        boolean ours = !withQuery && isOurs(schema, name);
        if (ours && subject.column().isEmpty()) {
            found("names the table");
        }
        boolean has = !withQuery
                && subject.others().stream()
                        .anyMatch(other -> other.name().value().equals(name)
                                && (schema.isEmpty() || other.schema().value().equals(schema)));
        String known = alias(range, name);
        scope.add(ours ? new Source.Ours(known) : new Source.Other(known, has));
    }

    /** Without a schema, a name may be the subject's: nobody knows the search path of whoever sent it. */
    private boolean isOurs(String schema, String name) {
        return name.equals(subject.table().name().value())
                && (schema.isEmpty() || schema.equals(subject.table().schema().value()));
    }

    private void targets(JsonNode list, Scope scope) {
        list.forEach(target -> visit(target.path("ResTarget").path("val"), scope));
    }

    private void column(JsonNode reference, Scope scope) {
        List<String> path = new ArrayList<>();
        boolean star = false;
        for (JsonNode field : reference.path("fields")) {
            star |= field.has("A_Star");
            if (field.has("String")) {
                path.add(field.path("String").path("sval").asText());
            }
        }
        String last = path.isEmpty() ? "" : path.getLast();
        if (star) {
            if (path.isEmpty() ? scope.hasOurs() : scope.namesOurs(last)) {
                found("reads every column");
            }
        } else if (path.size() == 1) {
            if (last.equals(column) && scope.columnIsOurs()) {
                found("uses it");
            } else if (scope.namesOurs(last)) {
                found("reads the whole row");
            }
        } else if (last.equals(column) && scope.namesOurs(path.get(path.size() - 2))) {
            found("uses it");
        }
    }

    private void named(String name, Scope scope, String how) {
        if (name.equals(column) && scope.hasOurs()) {
            found(how);
        }
    }

    private void insert(JsonNode statement, Scope outer) {
        Scope scope = withQueries(statement, outer);
        JsonNode source = statement.path("selectStmt");
        visit(source, scope);
        Scope written = scope.inner(Set.of());
        table(statement.path("relation"), written);
        if (written.hasOurs()) {
            written.add(new Source.Ours("excluded"));
            if (!statement.has("cols") && !source.isMissingNode()) {
                found("inserts without naming columns");
            }
            statement.path("cols").forEach(target -> assigned(target, written));
        }
        JsonNode conflict = statement.path("onConflictClause");
        conflict.path("targetList").forEach(target -> assigned(target, written));
        visit(conflict, written);
        visit(statement.path("returningClause"), written);
        visit(statement.path("returningList"), written);
    }

    private void assigned(JsonNode target, Scope scope) {
        named(target.path("ResTarget").path("name").asText(), scope, "writes it");
    }

    private void update(JsonNode statement, Scope outer) {
        Scope scope = withQueries(statement, outer);
        Scope written = scope.inner(Set.of());
        table(statement.path("relation"), written);
        statement.path("targetList").forEach(target -> assigned(target, written));
        statement.path("fromClause").forEach(item -> from(item, written));
        targets(statement.path("targetList"), written);
        conditionAndReturning(statement, written);
    }

    private void delete(JsonNode statement, Scope outer) {
        Scope written = withQueries(statement, outer).inner(Set.of());
        table(statement.path("relation"), written);
        statement.path("usingClause").forEach(item -> from(item, written));
        conditionAndReturning(statement, written);
    }

    private void conditionAndReturning(JsonNode statement, Scope written) {
        visit(statement.path("whereClause"), written);
        visit(statement.path("returningClause"), written);
        visit(statement.path("returningList"), written);
    }

    private void merge(JsonNode statement, Scope outer) {
        Scope written = withQueries(statement, outer).inner(Set.of());
        table(statement.path("relation"), written);
        boolean ours = written.hasOurs();
        from(statement.path("sourceRelation"), written);
        visit(statement.path("joinCondition"), written);
        for (JsonNode each : statement.path("mergeWhenClauses")) {
            JsonNode clause = each.path("MergeWhenClause");
            if (ours) {
                clause.path("targetList").forEach(target -> assigned(target, written));
                if (clause.path("commandType").asText().equals("CMD_INSERT")
                        && !clause.has("targetList")
                        && clause.has("values")) {
                    found("inserts without naming columns");
                }
            }
            targets(clause.path("targetList"), written);
            visit(clause.path("values"), written);
            visit(clause.path("condition"), written);
        }
        visit(statement.path("returningClause"), written);
        visit(statement.path("returningList"), written);
    }

    private void copy(JsonNode statement, Scope outer) {
        visit(statement.path("query"), outer);
        Scope copied = outer.inner(Set.of());
        if (statement.has("relation")) {
            table(statement.path("relation"), copied);
        }
        if (copied.hasOurs()) {
            if (!statement.has("attlist")) {
                found("copies every column");
            } else if (names(statement.path("attlist")).contains(column)) {
                found("copies it");
            }
            visit(statement.path("whereClause"), copied);
        }
    }

    /** A statement that is no query: it mentions a column where it mentions the table and has that name anywhere. */
    private void define(JsonNode statement, Scope scope) {
        if (hasTable(statement)) {
            if (subject.column().isEmpty()) {
                found("names the table");
            } else if (hasText(statement, column)) {
                found("names it");
            }
        }
        visitQueries(statement, scope);
    }

    private void visitQueries(JsonNode node, Scope scope) {
        for (JsonNode below : node) {
            if (below.has("SelectStmt")) {
                visit(below, scope);
            } else {
                visitQueries(below, scope);
            }
        }
    }

    private boolean hasTable(JsonNode node) {
        boolean here = node.has("relname")
                && isOurs(node.path("schemaname").asText(), node.path("relname").asText());
        // DROP, COMMENT and the like give a name as a list of words.
        boolean listed = node.has("items") && isOurs("", lastText(node.path("items")));
        return here || listed || StreamSupport.stream(node.spliterator(), false).anyMatch(this::hasTable);
    }

    private static String lastText(JsonNode list) {
        JsonNode last = list.path(list.size() - 1);
        return last.path("String").path("sval").asText();
    }

    private static boolean hasText(JsonNode node, String text) {
        return node.isTextual()
                ? node.asText().equals(text)
                : StreamSupport.stream(node.spliterator(), false).anyMatch(below -> hasText(below, text));
    }

    /** Code in another language inside a text: it is not read, so where it has both words nobody knows. */
    private void code(JsonNode statement) {
        String text = statement.toString();
        if (text.contains(subject.table().name().value()) && text.contains(column)) {
            unreadable = Optional.of("it contains code in a language of its own that has these words");
        }
    }

    /** The names of what a query gives, as far as they can be seen. */
    private static Set<String> outputs(JsonNode select) {
        if (select.has("larg")) {
            return outputs(select.path("larg"));
        }
        Set<String> names = new HashSet<>();
        for (JsonNode each : select.path("targetList")) {
            JsonNode target = each.path("ResTarget");
            if (target.has("name")) {
                names.add(target.path("name").asText());
            } else {
                lastName(target.path("val")).ifPresent(names::add);
            }
        }
        return names;
    }

    private static Optional<String> lastName(JsonNode expression) {
        JsonNode fields = expression.path("ColumnRef").path("fields");
        String last = lastText(fields);
        return last.isEmpty() ? Optional.empty() : Optional.of(last);
    }

    private static Optional<String> bareName(JsonNode expression) {
        return expression.path("ColumnRef").path("fields").size() == 1 ? lastName(expression) : Optional.empty();
    }

    private static String alias(JsonNode node, String otherwise) {
        return node.path("alias").path("aliasname").asText(otherwise);
    }

    private static Set<String> names(JsonNode list) {
        Set<String> names = new HashSet<>();
        list.forEach(each -> names.add(each.path("String").path("sval").asText()));
        return names;
    }
}
