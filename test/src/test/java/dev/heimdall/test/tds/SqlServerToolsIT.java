package dev.heimdall.test.tds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.launcher.doctor.Examination;
import dev.heimdall.launcher.doctor.Finding;
import dev.heimdall.launcher.doctor.State;
import dev.heimdall.launcher.inspect.MachineInspector;
import dev.heimdall.launcher.moving.Generated;
import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The wizard's test of a database, {@code heimdall doctor} and {@code heimdall generate}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server has users and databases of its own")
class SqlServerToolsIT {
  private static final String WORD = "a-canary's-word";

  private final TdsServer server =
      TdsServer.start(
          TdsOptions.standard()
              .withUsers(Map.of(TdsOptions.USER, TdsOptions.PASSWORD, "alice", "hers"))
              .withDatabases("app", "crm"));

  private Path directory;

  @BeforeAll
  void certificate(@TempDir Path own) throws IOException {
    directory = own;
    TestCertificate certificate = TestCertificate.localhost();
    Files.writeString(directory.resolve("node.pem"), certificate.certificate());
    Files.writeString(directory.resolve("node.key"), certificate.key());
  }

  @AfterAll
  void end() {
    server.close();
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private Configuration configuration(String password, String more) throws Exception {
    Path configuration = directory.resolve("configuration");
    Files.createDirectories(configuration.resolve("vdbs"));
    Files.createDirectories(configuration.resolve("sources"));
    Files.writeString(
        configuration.resolve("vdbs/any.json"),
        "{\"ports\": [1], \"source\": \"any\", \"auth\": [{\"method\": \"reject\"}]}");
    Files.writeString(
        configuration.resolve("sources/any.json"),
        "{\"url\": \"jdbc:sqlserver://127.0.0.1:%d;databaseName=app\", \"user\": \"%s\", \"password\": \"%s\"%s}"
            .formatted(server.port(), TdsOptions.USER, password, more));
    return ConfigurationReader.read(configuration);
  }

  private List<CheckResult> look(String password, String more) throws Exception {
    List<CheckResult> found = new ArrayList<>();
    new MachineInspector(Optional::empty, Map.of())
        .database(configuration(password, more).sources().get("any"), found::add);
    assertThat(found.toString()).doesNotContain(WORD);
    return found;
  }

  private static CheckResult of(List<CheckResult> found, String what) {
    return found.stream()
        .filter(one -> one.what().equals(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing of " + what + " in " + found));
  }

  @Test
  void theWizardLogsInAndSaysWhatTheServerIs() throws Exception {
    List<CheckResult> found = look(TdsOptions.PASSWORD, "");

    assertThat(found).noneMatch(one -> one.state() == CheckResult.State.BAD);
    assertThat(of(found, "Version").detail())
        .isEqualTo("SQL Server 16.0.1000.6, Developer Edition (64-bit)");
    assertThat(of(found, "TLS").detail()).isEqualTo("Not encrypted.");
    assertThat(of(found, "Role").detail()).isEqualTo("Writer");
  }

  @Test
  void theWizardSaysThatTheConnectionIsEncrypted() throws Exception {
    List<CheckResult> found = look(TdsOptions.PASSWORD, ", \"tls\": {\"mode\": \"require\"}");

    assertThat(of(found, "TLS").detail()).isEqualTo("Encrypted");
  }

  @Test
  void refusalsAreInTheServersWords() throws Exception {
    CheckResult wrong = of(look(WORD, ""), "Log-in");
    assertThat(wrong.detail()).contains("Login failed for user 'sa'");
    assertThat(wrong.advice()).startsWith("Check user and password.");

    CheckResult unproven =
        of(look(TdsOptions.PASSWORD, ", \"tls\": {\"mode\": \"verify-full\"}"), "Log-in");
    assertThat(unproven.advice()).startsWith("Name the file with the server's certificate auth");
  }

  private List<Finding> doctor(String password) throws Exception {
    Examination examination = new Examination(Duration.ofSeconds(20));
    examination.configuration("conf", configuration(password, ""));
    return examination.carryOut();
  }

  @Test
  void theDoctorLogsIn() throws Exception {
    assertThat(doctor(TdsOptions.PASSWORD))
        .anySatisfy(
            one -> {
              assertThat(one.what()).isEqualTo("source any, log-in as sa");
              assertThat(one.detail()).startsWith("Microsoft SQL Server 16");
            })
        .noneMatch(Finding::trouble);
    assertThat(doctor(WORD))
        .filteredOn(Finding::trouble)
        .singleElement()
        .satisfies(one -> assertThat(one.state()).isEqualTo(State.DENIED))
        .satisfies(one -> assertThat(one.detail()).contains("Login failed for user 'sa'"));
  }

  private Generated.Options wishes(String password) {
    return wishes(
        password, Optional.of(new Generated.Certificate(file("node.pem"), file("node.key"))));
  }

  private Generated.Options wishes(String password, Optional<Generated.Certificate> certificate) {
    return new Generated.Options(
        Engine.SQLSERVER,
        "main",
        new ServerAddress("127.0.0.1", server.port()),
        TdsOptions.USER,
        Optional.of(new Secret(password)),
        Optional.empty(),
        Optional.empty(),
        false,
        14330,
        certificate);
  }

  @Test
  void aConfigurationIsMadeOfAServerThatRuns() throws Exception {
    Imported made = Generated.of(wishes(TdsOptions.PASSWORD));

    Path output = directory.resolve("generated");
    assertThat(made.write(output))
        .contains("sources/main.json", "vdbs/main.json", "users/sa.json")
        .doesNotContain("users/alice.json");
    Configuration read = ConfigurationReader.read(output);
    assertThat(read.sources().get("main").url())
        .isEqualTo("jdbc:sqlserver://127.0.0.1:" + server.port());
    VirtualDatabase vdb = read.vdbs().get("main");
    assertThat(vdb.databases()).containsOnlyKeys("app", "crm");
    assertThat(vdb.tls().mode()).isEqualTo(ClientTlsMode.ALLOW);
    assertThat(made.notes()).anyMatch(note -> note.startsWith("user alice is left out: nodes do"));
    assertThat(made.notes()).noneMatch(note -> note.startsWith("user sa "));
  }

  @Test
  void withoutACertificateTheNodeMakesOne() throws Exception {
    Imported made = Generated.of(wishes(TdsOptions.PASSWORD, Optional.empty()));

    Path output = directory.resolve("self-signed");
    made.write(output);
    assertThat(ConfigurationReader.read(output).vdbs().get("main").tls().selfSigned()).isTrue();
    assertThat(made.notes()).anyMatch(note -> note.startsWith("the node makes its own certif"));
  }

  @Test
  void aWrongPasswordIsSaid() {
    assertThatThrownBy(() -> Generated.of(wishes(WORD)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("Login failed for user 'sa'");
  }
}
