package dev.lockstep.lint;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.Parser;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * PostgreSQL 18's own parser, compiled to WebAssembly and run in this process by an interpreter. It understands every
 * statement that a server up to 18 does, and the {@code $1} that pg_stat_statements puts in the place of constants.
 *
 * <p>The first statement takes about a second, while the parser is loaded; each one after that some 10 ms. It works in about
 * 33 MB of memory of its own, for one caller at a time; any thread may call.
 */
final class PostgresGrammar {
    private static final String BINARY = "libpg-query.wasm";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** 64 KB pages: what the parser's data and stack need, and room for a long statement's tree. */
    private static final MemoryLimits MEMORY = new MemoryLimits(512, 2048);

    private static final int PAGE_BYTES = 65_536;

    /** What the binary calls for a call that a long jump may end: {@code invoke_…}. Its names are minified. */
    private static final Set<String> INVOKE = Set.of("a", "b", "d", "e", "f", "g", "h", "i", "j", "k", "l", "n", "y");

    private static final String THROW_LONG_JUMP = "p";
    private static final String RESIZE_HEAP = "q";

    private final WasmModule module;
    private Instance instance;

    private PostgresGrammar(WasmModule module) {
        this.module = module;
        this.instance = start(module);
    }

    /** The one in this process, loaded when it is first asked for. */
    static PostgresGrammar shared() {
        return Holder.SHARED;
    }

    private static final class Holder {
        static final PostgresGrammar SHARED = load();

        private static PostgresGrammar load() {
            try (InputStream binary = PostgresGrammar.class.getResourceAsStream(BINARY)) {
                if (binary == null) {
                    throw new IllegalStateException("the parser " + BINARY + " is missing from this build");
                }
                return new PostgresGrammar(Parser.parse(binary.readAllBytes()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What became of a text. */
    sealed interface Parse {
        /**
         * It is SQL.
         *
         * @param tree libpg_query's JSON: {@code stmts[].stmt} with one field that names the kind of statement
         */
        record Tree(JsonNode tree) implements Parse {}

        /** @param reason in the parser's words */
        record Refused(String reason) implements Parse {}
    }

    synchronized Parse parse(String sql) {
        if (sql.indexOf('\0') >= 0) {
            return new Parse.Refused("it contains the NUL character");
        }
        try {
            return parsed(sql);
        } catch (ChicoryException | JsonProcessingException e) {
            // Nobody knows what state it was left in.
            instance = start(module);
            return new Parse.Refused("the parser could not cope with it: " + e.getMessage());
        }
    }

    private Parse parsed(String sql) throws JsonProcessingException {
        byte[] text = (sql + "\0").getBytes(StandardCharsets.UTF_8);
        int input = give(Export.MALLOC, text.length);
        instance.memory().write(input, text);
        int result = give(Export.PARSE, input);
        try {
            int error = instance.memory().readInt(result + 8);
            return error == 0
                    ? new Parse.Tree(JSON.readTree(string(instance.memory().readInt(result))))
                    : new Parse.Refused(string(instance.memory().readInt(error)));
        } finally {
            run(Export.FREE_RESULT, result);
            run(Export.FREE, input);
        }
    }

    private String string(int address) {
        return instance.memory().readCString(address, StandardCharsets.UTF_8);
    }

    private int give(Export export, long argument) {
        return (int) instance.export(export.minified).apply(argument)[0];
    }

    private void run(Export export, long argument) {
        instance.export(export.minified).apply(argument);
    }

    /** The functions that are called, by the names that this very binary gives them. */
    private enum Export {
        START("A"),
        MALLOC("C"),
        FREE("E"),
        PARSE("F"),
        FREE_RESULT("G"),
        SET_THREW("P"),
        STACK_RESTORE("Q"),
        STACK_CURRENT("R");

        private final String minified;

        Export(String minified) {
            this.minified = minified;
        }
    }

    private static Instance start(WasmModule module) {
        ImportValues.Builder imports = ImportValues.builder();
        for (int index = 0; index < module.importSection().importCount(); index++) {
            if (module.importSection().getImport(index) instanceof FunctionImport wanted) {
                FunctionType type = module.typeSection().getType(wanted.typeIndex());
                imports.addFunction(
                        new HostFunction(wanted.module(), wanted.name(), type, handle(wanted.name(), type)));
            }
        }
        Instance started = Instance.builder(module)
                .withImportValues(imports.build())
                .withMemoryLimits(MEMORY)
                .build();
        started.export(Export.START.minified).apply();
        return started;
    }

    private static WasmFunctionHandle handle(String name, FunctionType type) {
        if (INVOKE.contains(name)) {
            return (caller, arguments) -> invoke(caller, type, arguments);
        }
        return switch (name) {
            case THROW_LONG_JUMP ->
                (_, _) -> {
                    throw new LongJump();
                };
            case RESIZE_HEAP -> (caller, arguments) -> new long[] {resized(caller, (int) arguments[0])};
            // Files, timers and the end of the process: a parser has no business with them.
            default ->
                (_, _) -> {
                    throw new ChicoryException("it asked for the import " + name);
                };
        };
    }

    /** PostgreSQL reports a syntax error by a long jump, which WebAssembly has not: here it is an exception. */
    private static long[] invoke(Instance caller, FunctionType type, long[] arguments) {
        long stack = caller.export(Export.STACK_CURRENT.minified).apply()[0];
        try {
            int function = caller.table(0).requiredRef((int) arguments[0]);
            return caller.getMachine().call(function, Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (LongJump _) {
            caller.export(Export.STACK_RESTORE.minified).apply(stack);
            caller.export(Export.SET_THREW.minified).apply(1, 0);
            return new long[type.returns().size()];
        }
    }

    private static long resized(Instance caller, int bytes) {
        int pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES - caller.memory().pages();
        return pages <= 0 || caller.memory().grow(pages) >= 0 ? 1 : 0;
    }

    /** Where a long jump is on its way to whoever set its goal. */
    private static final class LongJump extends RuntimeException {
        LongJump() {
            super("long jump", null, false, false);
        }
    }
}
