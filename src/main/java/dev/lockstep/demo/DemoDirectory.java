package dev.lockstep.demo;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the demo keeps what survives a restart. One process at a time has it: a second one would take over the first
 * one's database server while it is in use.
 */
final class DemoDirectory implements AutoCloseable {
    /** The setting that names the directory, as an environment variable; the property is {@link #PROPERTY}. */
    static final String VARIABLE = "LOCKSTEP_DEMO_DIRECTORY";

    static final String PROPERTY = "lockstep.demo.directory";

    /** A first start takes about 200 MB; the rest is room for the write-ahead log. */
    private static final long NEEDED_BYTES = 700L * 1024 * 1024;

    private final Path path;
    private final RandomAccessFile lockFile;
    private final FileLock lock;

    private DemoDirectory(Path path, RandomAccessFile lockFile, FileLock lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /** Takes the directory that the settings name, by default one under the user's state directory. */
    static DemoDirectory take(Map<String, String> environment) {
        return take(chosen(environment));
    }

    /**
     * Creates the directory if need be and locks it for this process.
     *
     * @throws IllegalStateException when it cannot be written, is too full, or another process has it
     */
    static DemoDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            long free = Files.getFileStore(path).getUsableSpace();
            if (free < NEEDED_BYTES) {
                throw new IllegalStateException(
                        "The demo needs %d MB of disk in %s and there are %d. Make room, or name another place with %s."
                                .formatted(NEEDED_BYTES >> 20, path, free >> 20, VARIABLE));
            }
            return locked(path);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The demo cannot write to %s (%s). Name another place with %s."
                            .formatted(path, e.getMessage(), VARIABLE),
                    e);
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new IllegalStateException("The lock on " + path + " could not be given back.", e);
        }
    }

    private static DemoDirectory locked(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.resolve("lock").toFile(), "rw");
        FileLock lock = tryLock(file);
        if (lock == null) {
            file.close();
            throw new IllegalStateException(
                    "Another demo is running on %s. Stop it, or give this one a place of its own with %s."
                            .formatted(path, VARIABLE));
        }
        return new DemoDirectory(path, file, lock);
    }

    private static @Nullable FileLock tryLock(RandomAccessFile file) throws IOException {
        try {
            return file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static Path chosen(Map<String, String> environment) {
        String named = environment.getOrDefault(PROPERTY, environment.getOrDefault(VARIABLE, ""));
        if (!named.isBlank()) {
            return Path.of(named).toAbsolutePath().normalize();
        }
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base = state.isBlank() ? Path.of(System.getProperty("user.home"), ".local", "state") : Path.of(state);
        return base.resolve("lockstep-demo").toAbsolutePath().normalize();
    }
}
