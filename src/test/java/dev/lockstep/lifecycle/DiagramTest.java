package dev.lockstep.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DiagramTest {
    private static final Path PAGE = Path.of("src", "main", "docs", "lifecycle.md");

    @Test
    void theDocumentedLifeOfARunIsTheOneInTheCode() throws IOException {
        String drawn = Diagram.draw();
        if (Boolean.getBoolean("lockstep.regenerate")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, drawn);
        }

        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("%s is stale. Make it anew with: mvn test -Dtest=DiagramTest -Dlockstep.regenerate=true", PAGE)
                .isEqualTo(drawn);
    }
}
