package dev.lockstep.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedConstructor;
import com.fasterxml.jackson.databind.introspect.AnnotatedMethod;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells Jackson how records of the pure rooms look in JSON, by their shape, since they carry no annotations. A variant of
 * a sealed interface names itself in {@value #TYPE}; any other record of one {@code String} is that string, as a map's key
 * too.
 */
final class RecordShapes extends JacksonAnnotationIntrospector {
    /** No record component can be called this, whereas {@code AddColumn} has a {@code type} of its own. */
    static final String TYPE = "@type";

    private static final long serialVersionUID = 1L;

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedClass
                        && sealedRoot(annotated.getRawType()).isPresent()
                ? JsonTypeInfo.Value.construct(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, TYPE, null, false, true)
                : super.findPolymorphicTypeInfo(config, annotated);
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
        Class<?> type = annotated.getRawType();
        return type.isInterface() && type.isSealed()
                ? variants(type)
                        .map(variant -> new NamedType(variant, variant.getSimpleName()))
                        .toList()
                : super.findSubtypes(annotated);
    }

    @Override
    public @Nullable String findTypeName(AnnotatedClass annotated) {
        Class<?> type = annotated.getRawType();
        return sealedRoot(type).isPresent() ? type.getSimpleName() : super.findTypeName(annotated);
    }

    @Override
    public @Nullable Boolean hasAsValue(Annotated annotated) {
        if (annotated instanceof AnnotatedMethod method && isValueOfName(method.getAnnotated())) {
            return true;
        }
        return super.hasAsValue(annotated);
    }

    @Override
    public JsonCreator.@Nullable Mode findCreatorAnnotation(MapperConfig<?> config, Annotated annotated) {
        return annotated instanceof AnnotatedConstructor constructor && isName(constructor.getDeclaringClass())
                ? JsonCreator.Mode.DELEGATING
                : super.findCreatorAnnotation(config, annotated);
    }

    /** The records that implement this sealed interface, at any depth. */
    static Stream<Class<?>> variants(Class<?> sealed) {
        return Stream.of(sealed.getPermittedSubclasses())
                .flatMap(permitted -> permitted.isSealed() ? variants(permitted) : Stream.of(permitted));
    }

    /** Whether this is a typed name: a record of one string, and no variant of anything. */
    static boolean isName(Class<?> type) {
        return type.isRecord()
                && type.getRecordComponents().length == 1
                && type.getRecordComponents()[0].getType() == String.class
                && sealedRoot(type).isEmpty();
    }

    private static boolean isValueOfName(Method method) {
        Class<?> owner = method.getDeclaringClass();
        return isName(owner) && method.equals(owner.getRecordComponents()[0].getAccessor());
    }

    private static Optional<Class<?>> sealedRoot(Class<?> type) {
        if (type.isInterface() && type.isSealed()) {
            return Optional.of(type);
        }
        return type.isRecord()
                ? Stream.<Class<?>>of(type.getInterfaces())
                        .filter(Class::isSealed)
                        .findFirst()
                : Optional.empty();
    }
}
