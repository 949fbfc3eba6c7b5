package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are warned of. */
class OpenSecretsTest {
  @TempDir Path dir;

  @BeforeEach
  void write() throws IOException {
    file("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}", "rw-r--r--");
    file("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}", "rw-r--r--");
    file("users/alice.json", "{\"password\": \"secret\"}", "rw-r--r--");
    file("users/carol.json", "{\"password\": \"secret\"}", "rw-r-----");
    file("users/bob.json", "{\"password\": \"secret\"}", "rw-------");
    mode(dir, "rwxr-xr-x");
  }

  private void file(String name, String text, String mode) throws IOException {
    FullConfiguration.write(dir, name, text);
    mode(dir.resolve(name), mode);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private List<String> open() throws ConfigurationException {
    return OpenSecrets.of(dir, ConfigurationReader.read(dir));
  }

  @Test
  void documentsWithSecretsThatEverybodyCanReadAreNamedWithTheRemedy() throws Exception {
    assertThat(open())
        .containsExactly(
            "users/alice.json holds a secret and everybody can read it (rw-r--r--): chmod o-rwx "
                + dir.resolve("users/alice.json"));
  }

  @Test
  void directoryThatOthersCannotEnterProtectsWhatIsInIt() throws Exception {
    mode(dir, "rwx------");
    assertThat(open()).isEmpty();
  }

  @Test
  void theKeyOfTheFleetIsASecret() throws Exception {
    file("node.json", "{\"fleetKey\": \"0123456789abcdef0123456789abcdef\"}", "rw-r--r--");
    assertThat(open())
        .anyMatch(line -> line.startsWith("node.json holds a secret"))
        .noneMatch(line -> line.contains("0123456789"));
  }

  @Test
  void theKeyOfTheFleetIsNotShort() throws Exception {
    file("node.json", "{\"fleetKey\": \"0123456789abcdef0123456789abcde\"}", "rw-------");
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .hasToString(
                        "node.json:1:14 $.fleetKey: got ***, expected one key or 2, one a line,"
                            + " each of at least 32 characters, which nobody can guess"));
  }
}
