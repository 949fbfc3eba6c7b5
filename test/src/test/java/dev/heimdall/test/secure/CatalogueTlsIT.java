package dev.heimdall.test.secure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.heimdall.engine.catalog.CatalogueMemory;
import dev.heimdall.engine.catalog.Catalogues;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.memory.BudgetedCache;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The connections that read catalogues use TLS as the data source says. */
class CatalogueTlsIT {
  private static final String HOW =
      "SELECT string_agg(ssl || ' ' || coalesce(client_dn, '-'), ',')"
          + " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
          + " WHERE application_name = 'heimdall catalogue' AND usename = '%s'";

  @TempDir static Path files;

  private static BackendTls tls(TlsMode mode, Authority trusted, boolean direct)
      throws IOException {
    Path ca = Files.writeString(files.resolve("ca.pem"), trusted.pem());
    boolean verify = mode == TlsMode.VERIFY_CA || mode == TlsMode.VERIFY_FULL;
    return new BackendTls(
        mode,
        verify ? Optional.of(ca) : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        ChannelBinding.PREFER,
        direct);
  }

  private static Catalogues catalogues(String role, BackendTls tls) {
    DataSource source =
        new DataSource(
            "secure",
            Engine.POSTGRESQL,
            "jdbc:postgresql://localhost:" + SecureServer.port(),
            // Clients bring their own; this one is for the catalogue.
            Optional.empty(),
            Optional.empty(),
            SourceCredentials.none(),
            tls,
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Map.of(),
            new CatalogSettings(
                true,
                Optional.of(role),
                Optional.of(new Secret(role + "-secret")),
                Duration.ofHours(1)),
            Optional.empty(),
            ClusterSettings.defaults(),
            ChangeSettings.defaults());
    return new Catalogues(
        source,
        new SourceLogins().ofCatalogue(source),
        new PostgresCatalogue(),
        new CatalogueMemory(new MemoryBudget(64L << 20, 1).ofNode(BudgetedCache.CATALOGUES)));
  }

  private static void isRead(String role, BackendTls tls, String how) {
    try (Catalogues catalogues = catalogues(role, tls)) {
      catalogues.current("postgres");
      Await.until("it was read", () -> catalogues.current("postgres").fresh());
      assertThat(SecureServer.server().queryValue("postgres", HOW.formatted(role))).isEqualTo(how);
    }
    Await.until(
        "the connection is gone",
        () -> SecureServer.server().queryValue("postgres", HOW.formatted(role)) == null);
  }

  @ParameterizedTest
  @EnumSource
  void eachModeIsUsed(TlsMode mode) throws IOException {
    isRead(
        "scram",
        tls(mode, SecureServer.authority(), false),
        mode == TlsMode.DISABLE ? "false -" : "true -");
  }

  @Test
  void tlsMayBeginAtOnce() throws IOException {
    isRead("tlsonly", tls(TlsMode.VERIFY_FULL, SecureServer.authority(), true), "true -");
  }

  @Test
  void theCertificateOfTheSourceIsPresented() throws IOException {
    Identity client = SecureServer.authority().issue("certified");
    Path key = Files.writeString(files.resolve("client.key"), client.keyPem());
    // As libpq, the driver takes no key that others can read.
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    BackendTls tls =
        new BackendTls(
            TlsMode.REQUIRE,
            Optional.empty(),
            Optional.of(Files.writeString(files.resolve("client.pem"), client.certificatePem())),
            Optional.of(key),
            ChannelBinding.DISABLE,
            false);

    isRead("certified", tls, "true /CN=certified");
  }

  @Test
  void aServerThatCannotBeTrustedIsNotRead() throws IOException {
    try (Catalogues catalogues =
        catalogues("scram", tls(TlsMode.VERIFY_CA, new Authority("stranger"), false))) {
      try (CapturedLog log = new CapturedLog("heimdall.catalogue", Level.WARN)) {
        catalogues.current("postgres");
        Await.until("it was refused", () -> !log.lines().isEmpty());
        assertThat(log.lines())
            .singleElement()
            .asString()
            .contains("cannot read the catalogue of postgres at localhost")
            .doesNotContain("scram-secret");
      }
      assertThat(catalogues.current("postgres").known()).isFalse();
    }
  }
}
