package dev.heimdall.manager.masks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Masks of managers over one place, and of one that starts again. */
class MaskKeyTest {
  private static final String DOCUMENT = "users/alice.json";
  private static final String TEXT = "{\"password\": \"canary\"}";
  private static final long ELEVEN_SECONDS = 11_000_000_000L;

  @TempDir private Path directory;
  private final AtomicLong clock = new AtomicLong();

  /** One that starts now, over the same place. */
  private MaskedText masks() throws Exception {
    return new MaskedText(
        new MaskKey(
            Optional.of(
                DocumentStore.open(new StoreLocation.Directory(directory.resolve("access")))),
            clock::get));
  }

  private static String mask(MaskedText masks) {
    return masks.mask(DOCUMENT, TEXT).orElseThrow();
  }

  @Test
  void masksStayTheSameAtAnotherManagerAndAfterARestart() throws Exception {
    String shown = mask(masks());

    assertThat(shown).doesNotContain("canary").contains("••••••••");
    assertThat(mask(masks())).isEqualTo(shown);
    assertThat(masks().unmask(DOCUMENT, shown, List.of(TEXT))).isEqualTo(TEXT);
  }

  @Test
  void withoutThatKeyWordsAreOthers() throws Exception {
    String shown = mask(masks());
    Files.delete(directory.resolve("access/masks.json"));

    assertThat(mask(masks())).isNotEqualTo(shown);
    assertThat(mask(new MaskedText())).isNotEqualTo(mask(new MaskedText()));
  }

  @Test
  void aPlaceThatIsAwayIsAskedAgainLaterAndSecretsAreMaskedMeanwhile() throws Exception {
    Path access = Files.createDirectories(directory.resolve("access"));
    Path document = Files.writeString(access.resolve("masks.json"), "{\"key\": \"short\"}");
    MaskedText masks = masks();
    String meanwhile = mask(masks);

    Files.delete(document);
    String shared = mask(masks());
    String soon = mask(masks);
    clock.addAndGet(ELEVEN_SECONDS);

    assertThat(meanwhile).doesNotContain("canary");
    assertThat(soon).isEqualTo(meanwhile);
    assertThat(mask(masks)).isEqualTo(shared);
  }
}
