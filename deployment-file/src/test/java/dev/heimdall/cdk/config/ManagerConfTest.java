package dev.heimdall.cdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of the manager's {@code /etc/heimdall.conf} that a deployment file may have. */
class ManagerConfTest {
  @TempDir private Path folder;

  private Deployment read(String line) throws Exception {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file,
        """
        {"regions": [{"region": "eu-west-1",
          "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
          "manager": {"enabled": true, "clients": ["10.0.0.0/16"], "conf": ["%s"]}}]}
        """
            .formatted(line));
    return DeploymentFile.read(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "managerTrustedProxies = 10.0.8.0/24, 10.0.9.7",
        "managerUrl = https://heimdall.example.com",
        "managerStore = s3://people/manager",
        "oidcAdmins = operators, database admins"
      })
  void thatAreTaken(String line) throws Exception {
    assertThat(read(line).regions().get(0).manager().conf()).containsExactly(line);
  }

  /** They would stand there twice, and a manager would not start. */
  @ParameterizedTest
  @ValueSource(strings = {"managerAddress = 127.0.0.1", "hdRole = both", "managerPort = 80"})
  void thatTheAppWritesItself(String line) {
    assertThatThrownBy(() -> read(line))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("$.regions[0].manager.conf[0]")
        .hasMessageContaining(
            "managerUrl, managerStore, managerTrustedProxies or a key that begins");
  }
}
