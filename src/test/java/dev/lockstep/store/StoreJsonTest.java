package dev.lockstep.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.LockstepException;
import dev.lockstep.engine.PendingStart;
import dev.lockstep.engine.Progress;
import dev.lockstep.fixture.Fact;
import dev.lockstep.lifecycle.Event;
import dev.lockstep.lifecycle.Script;
import dev.lockstep.plan.PlanDocument;
import dev.lockstep.plan.Speed;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StoreJsonTest {
    private static final Progress PROGRESS = new Progress(
            "fill",
            12,
            0.25,
            1_000.5,
            Optional.of(60L),
            Samples.NOON.plusNanos(1),
            Optional.of(new Progress.Pace(
                    Speed.GOVERNED, 0.5, Optional.of(new Progress.Throttle("replica-lag", "It lags.", Samples.NOON)))));

    @Test
    void everyPlanReadsBackAsItWas() {
        assertThat(Samples.plans()).allSatisfy(plan -> assertReadsBack(PlanDocument.class, plan));
    }

    @Test
    void everyEventReadsBackAsItWas() {
        assertThat(Samples.events()).allSatisfy(event -> assertReadsBack(Event.class, event));
    }

    @Test
    void scriptReadsBackAsItWas() {
        assertReadsBack(Script.class, Samples.script());
    }

    @Test
    void progressReadsBackAsItWas() {
        assertReadsBack(Progress.class, PROGRESS);
    }

    @Test
    void pendingStartReadsBackAsItWas() {
        assertReadsBack(PendingStart.class, new PendingStart("ana", "It does not answer.", Samples.NOON));
    }

    @Test
    void everyVariantThatCanBeStoredIsAmongTheSamples() {
        Set<Class<?>> wanted = new HashSet<>();
        Stream.of(PlanDocument.class, Event.class, Script.class, Progress.class).forEach(type -> reach(type, wanted));

        Set<Class<?>> sampled = new HashSet<>();
        Samples.plans().forEach(plan -> visit(plan, sampled));
        Samples.events().forEach(event -> visit(event, sampled));
        visit(Samples.script(), sampled);
        visit(PROGRESS, sampled);

        assertThat(wanted).hasSizeGreaterThan(40);
        assertThat(sampled).containsAll(wanted);
    }

    @Test
    void namesReadAsTheStringsThatTheyAreAlsoAsKeys() {
        assertThat(StoreJson.write(Script.class, Samples.script()))
                .contains("\"digest\":\"0123456789abcdef")
                .contains("\"new-only\":1");
        assertThat(StoreJson.write(Event.class, new Event.Started("ana")))
                .isEqualTo("{\"@type\":\"Started\",\"actor\":\"ana\"}");
    }

    @Test
    @Fact("G47")
    void refusesWhatItWouldHaveToGuess() {
        assertThatThrownBy(() -> StoreJson.read(Event.class, "{\"@type\":\"Started\",\"actor\":\"ana\",\"more\":1}"))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("more");
        assertThatThrownBy(() -> StoreJson.read(Event.class, "{\"@type\":\"Unheard\"}"))
                .hasMessageContaining("Unheard");
        assertThatThrownBy(() -> StoreJson.read(Event.class, "{\"@type\":\"Started\"}"))
                .hasMessageContaining("actor");
        assertThatThrownBy(() -> StoreJson.read(Event.class, "{\"@type\":\"LeaseTaken\",\"holder\":\"a\"}"))
                .hasMessageContaining("fence");
    }

    @Test
    @Fact("G47")
    void readsAnEntryFromBeforeAnOptionalComponentWasThere() {
        String old =
                "{\"step\":\"s\",\"rowsDone\":1,\"fraction\":0,\"rowsPerSecond\":0,\"at\":\"2025-06-01T12:00:00Z\"}";

        assertThat(StoreJson.read(Progress.class, old).secondsLeft()).isEmpty();
    }

    @Test
    @Fact("G47")
    void aPlanWithoutWindowsIsWrittenAndReadAsBeforeThereWereAny() {
        PlanDocument plan = Samples.plan("old", Samples.USERS);
        PlanDocument anyTime = new PlanDocument(plan.key(), plan.spec().within(Optional.empty()));
        Script script = Samples.script();
        Script always = new Script(
                script.digest(), script.phases(), script.approvals(), script.minStableSeconds(), Optional.empty());

        assertThat(StoreJson.write(PlanDocument.class, anyTime)).doesNotContain("windows");
        assertThat(StoreJson.write(Script.class, always)).doesNotContain("windows");
        assertReadsBack(PlanDocument.class, anyTime);
        assertReadsBack(Script.class, always);
    }

    @Test
    void canonicalFormIgnoresOrderAndSpacing() {
        assertThat(StoreJson.canonical("{\"b\": [1, {\"d\":2,\"c\":\"\\u00e9\"}], \"a\": 0.5}"))
                .isEqualTo(StoreJson.canonical("{\"a\":0.5,\"b\":[1,{\"c\":\"é\",\"d\":2}]}"))
                .isNotEqualTo(StoreJson.canonical("{\"a\":0.5,\"b\":[1,{\"c\":\"é\",\"d\":3}]}"));
    }

    private static <T> void assertReadsBack(Class<T> declared, T value) {
        assertThat(StoreJson.read(declared, StoreJson.write(declared, value))).isEqualTo(value);
    }

    /** All of our records that a value of this type could contain. */
    private static void reach(Type type, Set<Class<?>> found) {
        switch (type) {
            case ParameterizedType generic ->
                Stream.of(generic.getActualTypeArguments()).forEach(t -> reach(t, found));
            case Class<?> c when c.isSealed() -> RecordShapes.variants(c).forEach(variant -> reach(variant, found));
            case Class<?> c
            when c.isRecord() && found.add(c) ->
                Stream.of(c.getRecordComponents()).forEach(component -> reach(component.getGenericType(), found));
            default -> {}
        }
    }

    private static void visit(Object value, Set<Class<?>> seen) {
        switch (value) {
            case Record part -> {
                seen.add(part.getClass());
                Stream.of(part.getClass().getRecordComponents()).forEach(c -> visit(component(c, part), seen));
            }
            case Optional<?> optional -> optional.ifPresent(inner -> visit(inner, seen));
            case Collection<?> many -> many.forEach(inner -> visit(inner, seen));
            case Map<?, ?> map ->
                map.forEach((key, inner) -> {
                    visit(key, seen);
                    visit(inner, seen);
                });
            default -> {}
        }
    }

    private static Object component(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
