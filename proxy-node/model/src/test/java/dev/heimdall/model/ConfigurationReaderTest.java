package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {
  @TempDir Path dir;

  private void write(String file, String text) throws IOException {
    Path path = dir.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void theSmallestConfigurationHasTheDocumentedDefaults() throws Exception {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");

    Configuration read = ConfigurationReader.read(dir);

    assertThat(read.node())
        .isEqualTo(
            new NodeSettings(
                1,
                0,
                Transport.AUTO,
                new HttpDoor("127.0.0.1", 5059, true),
                "heimdall",
                List.of(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                20000,
                LogFormat.TEXT,
                Level.INFO));
    assertThat(read.users()).isEmpty();
    assertThat(read.sources().get("primary"))
        .isEqualTo(
            new DataSource(
                "primary",
                Engine.POSTGRESQL,
                "jdbc:postgresql://db.example",
                Optional.empty(),
                Optional.empty(),
                new BackendTls(
                    TlsMode.PREFER,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ChannelBinding.PREFER,
                    false),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Map.of()));
    assertThat(read.vdbs().get("shop"))
        .isEqualTo(
            new VirtualDatabase(
                "shop",
                "0.0.0.0",
                List.of(5050),
                "primary",
                Map.of("*", "*"),
                true,
                false,
                Credentials.PASSTHROUGH,
                new PoolSettings(
                    20,
                    0,
                    0,
                    0,
                    0,
                    Duration.ofHours(1),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(5),
                    0,
                    ResetMode.CHANGED),
                new ClientSettings(10000, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new ClientTls(
                    ClientTlsMode.DISABLE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ClientCertificate.NONE),
                List.of(
                    new AuthRule(
                        ConnectionType.HOST,
                        List.of("all"),
                        List.of("all"),
                        Cidr.ALL,
                        AuthMethod.SCRAM_SHA_256)),
                new ProxyProtocol(false, List.of(), true),
                new PreparedSettings(200, 5000, AnonymousParse.FORWARD),
                new LimitSettings(64 << 20, (1 << 30) - 1, 1000, 64 << 10, 32 << 10)));
  }
}
