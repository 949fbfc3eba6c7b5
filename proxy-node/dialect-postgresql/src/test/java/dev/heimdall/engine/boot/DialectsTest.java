package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.postgres.PostgresDialect;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialectsTest {
  @TempDir Path directory;

  private final Dialect postgres =
      new PostgresDialect()
          .create(
              new NodeServices(
                  new ScramKeyCache(1), NonceSource.random(new SecureRandom()), Runnable::run));

  private DataSource source(String name, String document) throws Exception {
    write("node.json", "{}");
    write(
        "sources/other.json",
        "{\"url\": \"jdbc:postgresql://other/app\", \"tls\": {\"mode\": \"disable\"}}");
    write("sources/" + name + ".json", document);
    write(
        "vdbs/app.json",
        "{\"source\": \"other\", \"ports\": [1], \"auth\": [{\"method\": \"trust\"}]}");
    return ConfigurationReader.read(directory).sources().get(name);
  }

  private void write(String path, String document) throws Exception {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, document);
  }

  @Test
  void theEngineOfASourceSaysWhatIsSpoken() throws Exception {
    Dialects dialects = new Dialects(Map.of(Engine.POSTGRESQL, postgres));

    assertThat(dialects.of(source("main", "{\"url\": \"jdbc:postgresql://server/app\"}")))
        .isSameAs(postgres);
    assertThat(dialects.engines()).containsExactly(Engine.POSTGRESQL);
  }

  @Test
  void noClientIsServedFromAnEngineWhoseProtocolTheNodeDoesNotSpeak() throws Exception {
    Dialects dialects = new Dialects(Map.of(Engine.POSTGRESQL, postgres));
    DataSource mysql =
        source(
            "shop", "{\"url\": \"jdbc:mysql://server/app\", \"user\": \"u\", \"password\": \"p\"}");

    assertThatThrownBy(() -> dialects.of(mysql))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"shop\"")
        .hasMessageContaining("\"mysql\"");
  }
}
