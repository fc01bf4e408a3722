package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fixture.Fact;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say about each numbered fact is what the tests prove. */
class FieldFactsTest {
    private static final Path TESTS = Path.of("src/test/java");
    private static final Pattern ROW = Pattern.compile("^\\| ([PG][0-9]+) \\|(.*)\\|$", Pattern.MULTILINE);
    private static final String LIMIT = "Limit: ";
    private static final Pattern TEST = Pattern.compile("`([A-Za-z]+(?:Test|IT))#([A-Za-z]+)`");

    /** G28 was never given. */
    private static final List<String> FACTS = Stream.concat(
                    numbered("P", 46), numbered("G", 50).filter(fact -> !fact.equals("G28")))
            .toList();

    @Test
    void everyFactHasARowThatNamesATestWhichNamesTheFactOrSaysThatItIsALimit() throws Exception {
        Map<String, String> rows = rows();
        assertThat(rows.keySet()).containsExactlyElementsOf(FACTS);
        Map<String, Class<?>> classes = testClasses();
        for (Map.Entry<String, String> row : rows.entrySet()) {
            Set<String> tests = new TreeSet<>();
            Matcher named = TEST.matcher(row.getValue());
            while (named.find()) {
                tests.add(named.group(1));
                assertThat(facts(classes, named.group(1), named.group(2)))
                        .as("%s#%s is named by row %s", named.group(1), named.group(2), row.getKey())
                        .contains(row.getKey());
            }
            if (!row.getValue().contains(LIMIT)) {
                assertThat(tests).as("tests that row %s names", row.getKey()).isNotEmpty();
            }
        }
    }

    @Test
    void everyTestThatNamesAFactIsInItsRow() throws Exception {
        Map<String, String> rows = rows();
        for (Class<?> type : testClasses().values()) {
            for (Method method : type.getDeclaredMethods()) {
                facts(method).stream()
                        .filter(fact -> fact.startsWith("P"))
                        .forEach(fact -> assertThat(rows.getOrDefault(fact, "there is no such row"))
                                .as("row %s", fact)
                                .contains("`" + type.getSimpleName() + "#" + method.getName() + "`"));
            }
        }
    }

    private static Stream<String> numbered(String letter, int last) {
        return IntStream.rangeClosed(1, last).mapToObj(number -> letter + number);
    }

    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("src/main/docs/field-facts.md")));
        while (row.find()) {
            assertThat(rows.put(row.group(1), row.group(2)))
                    .as("a second row %s", row.group(1))
                    .isNull();
        }
        return rows;
    }

    private static Set<String> facts(Map<String, Class<?>> classes, String type, String method) {
        Class<?> known = Optional.<Class<?>>ofNullable(classes.get(type))
                .orElseThrow(() -> new AssertionError("no class " + type));
        return Stream.of(known.getDeclaredMethods())
                .filter(each -> each.getName().equals(method))
                .findFirst()
                .map(FieldFactsTest::facts)
                .orElseThrow(() -> new AssertionError(type + " has no test " + method));
    }

    private static Set<String> facts(AnnotatedElement element) {
        Fact fact = element.getAnnotation(Fact.class);
        return fact == null ? Set.of() : Set.of(fact.value());
    }

    private static Map<String, Class<?>> testClasses() throws Exception {
        Map<String, Class<?>> classes = new HashMap<>();
        try (Stream<Path> files = Files.walk(TESTS)) {
            for (Path file : files.filter(FieldFactsTest::isTest).toList()) {
                String name =
                        TESTS.relativize(file).toString().replace('/', '.').replaceFirst("\\.java$", "");
                Class<?> type = Class.forName(name, false, FieldFactsTest.class.getClassLoader());
                classes.put(type.getSimpleName(), type);
            }
        }
        return classes;
    }

    private static boolean isTest(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith("Test.java") || name.endsWith("IT.java");
    }
}
