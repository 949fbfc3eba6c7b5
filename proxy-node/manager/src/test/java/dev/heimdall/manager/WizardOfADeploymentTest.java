package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.pages.PageClient;
import dev.heimdall.model.RegionFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first virtual database of a fleet that a deployment has put behind a load balancer. */
class WizardOfADeploymentTest {
  @TempDir private Path directory;

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
    try (ControlPlane manager = LoneManager.start(directory, "right", RegionFacts.read(facts))) {
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
      assertThat(Files.readString(LoneManager.configuration(directory).resolve("vdbs/shop.json")))
          .containsPattern("\"trusted\": \\[\\s*\"\\$\\{region.addresses}\"");
    }
  }

  @Test
  void whereNoDeploymentHasMadeOneNothingIs() throws Exception {
    try (ControlPlane manager = LoneManager.start(directory, "right", RegionFacts.unknown())) {
      assertThat(atClients(manager).page())
          .contains("name=\"balancers\"")
          .doesNotContain("region.addresses");
    }
  }
}
