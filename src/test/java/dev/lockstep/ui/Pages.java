package dev.lockstep.ui;

import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.TemplateLocator;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The templates without the application around them. */
final class Pages {
    private static final Engine ENGINE = Engine.builder()
            .addDefaults()
            .addValueResolver(new ReflectionValueResolver())
            .addResultMapper(new HtmlEscaper(List.of("text/html")))
            .strictRendering(true)
            .removeStandaloneLines(true)
            .addLocator(Pages::locate)
            .build();

    private Pages() {}

    static String plan(PlanPage page) {
        return render(
                "ui/plan",
                Map.of("frame", frame(page.head().name()), "page", page, "demo", Optional.<DemoPanel>empty()));
    }

    static String plans(List<PlanRow> plans) {
        return render("ui/plans", Map.of("frame", frame("Plans"), "plans", plans));
    }

    static String locks(LocksPage page) {
        return render("ui/locks", Map.of("frame", frame("Locks in " + page.database()), "page", page));
    }

    static String render(String template, Map<String, Object> values) {
        return ENGINE.getTemplate(template).render(values);
    }

    static Frame frame(String title) {
        return new Frame(title, Optional.of("ada"), "test");
    }

    private static Optional<TemplateLocator.TemplateLocation> locate(String id) {
        try (InputStream found = open(id)) {
            return found == null
                    ? Optional.empty()
                    : Optional.of(new Found(new String(found.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable InputStream open(String id) {
        return Pages.class.getResourceAsStream("/templates/" + id + ".html");
    }

    private record Found(String text) implements TemplateLocator.TemplateLocation {
        @Override
        public Reader read() {
            return new StringReader(text);
        }

        @Override
        public Optional<Variant> getVariant() {
            return Optional.of(Variant.forContentType(Variant.TEXT_HTML));
        }
    }
}
