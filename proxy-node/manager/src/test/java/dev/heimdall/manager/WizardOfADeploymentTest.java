package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.Finding;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.pages.PageClient;
import dev.heimdall.manager.web.TrustedProxies;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first virtual database of a fleet that a deployment has put behind a load balancer. */
class WizardOfADeploymentTest {
  @TempDir private Path directory;

  private static final class NothingThere implements Inspector {
    @Override
    public AwsAccount account() {
      throw new IllegalStateException("nobody has an account here");
    }

    @Override
    public void endpoints(Consumer<Finding> found) {}

    @Override
    public void database(DataSource source, Consumer<Finding> found) {}

    @Override
    public void store(StoreSettings store, Consumer<Finding> found) {}

    @Override
    public void node(DataSource node, Consumer<Finding> found) {}
  }

  private ControlPlane manager(RegionFacts facts) throws Exception {
    Path password = directory.resolve("password");
    Files.writeString(password, "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    Files.createDirectories(directory.resolve("configuration"));
    return ControlPlane.start(
        new ControlPlaneSettings(
            new StoreLocation.Directory(directory.resolve("configuration")),
            Optional.empty(),
            "127.0.0.1",
            0,
            Optional.empty(),
            TrustedProxies.none(),
            new PasswordPlace.InFile(password),
            Optional.empty(),
            "test",
            Optional.empty(),
            Optional.empty(),
            facts),
        new EngineAnswers(
            (configuration, question) -> {
              throw new IllegalStateException("nobody asks");
            },
            new NothingThere(),
            (pattern, engine) -> Optional.empty(),
            configuration -> List.of()));
  }

  private static PageClient atClients(ControlPlane manager) throws Exception {
    return new PageClient(manager.port())
        .logIn("admin", "right")
        .get("/wizard/database")
        .submit(
            "/wizard/database",
            "engine",
            "postgresql",
            "kind",
            "one",
            "host",
            "db.example",
            "port",
            "5432",
            "replicas",
            "",
            "database",
            "shop",
            "tls",
            "",
            "ca",
            "")
        .submit(
            "/wizard/login",
            "method",
            "password",
            "user",
            "app",
            "password",
            "of app",
            "secret",
            "",
            "region",
            "")
        .get("/wizard/clients");
  }

  @Test
  void proxyHeadersOfItsLoadBalancerAreSuggested() throws Exception {
    Path facts =
        Files.writeString(
            directory.resolve("facts.json"),
            "{\"name\": \"eu-west-1\", \"addresses\": [\"10.40.0.0/20\", \"10.40.16.0/20\"]}");
    try (ControlPlane manager = manager(RegionFacts.read(facts))) {
      PageClient client = atClients(manager);
      assertThat(client.page()).contains("value=\"${region.addresses}\"");
      client.submit(
          "/wizard/clients",
          "name",
          "shop",
          "vdbPort",
          "6432",
          "preset",
          "pool",
          "poolSize",
          "20",
          "balancers",
          "${region.addresses}",
          "client1",
          "app",
          "clientPassword1",
          "chosen by somebody",
          "client2",
          "",
          "client3",
          "");
      client.submit("/wizard/review", "comment", "");
      assertThat(client.path()).isEqualTo("/wizard/done");
      assertThat(Files.readString(directory.resolve("configuration/vdbs/shop.json")))
          .containsPattern("\"trusted\": \\[\\s*\"\\$\\{region.addresses}\"");
    }
  }

  @Test
  void whereNoDeploymentHasMadeOneNothingIs() throws Exception {
    try (ControlPlane manager = manager(RegionFacts.unknown())) {
      assertThat(atClients(manager).page())
          .contains("name=\"balancers\"")
          .doesNotContain("region.addresses");
    }
  }
}
