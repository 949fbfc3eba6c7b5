package dev.heimdall.manager;

import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.manager.inspect.Inspector;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.manager.web.TrustedProxies;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Secret;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.secrets.StoreLocation;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A whole manager with all that it has below one directory, and nothing around it. */
final class LoneManager {
  private static final Secret KEY = new Secret("0123456789abcdef0123456789abcdef");

  private LoneManager() {}

  private static final class NothingThere implements Inspector {
    @Override
    public AwsAccount account() {
      throw new IllegalStateException("nobody has an account here");
    }

    @Override
    public void endpoints(Consumer<CheckResult> found) {}

    @Override
    public void database(DataSource source, Consumer<CheckResult> found) {}

    @Override
    public void store(StoreSettings store, Consumer<CheckResult> found) {}

    @Override
    public void node(DataSource node, Consumer<CheckResult> found) {}
  }

  /** Where the configuration of one over this directory is. */
  static Path configuration(Path directory) {
    return directory.resolve("configuration");
  }

  /** What one over this directory keeps for itself. */
  static StoreLocation own(Path directory) {
    return new StoreLocation.Directory(directory.resolve("own"));
  }

  /**
   * Starts one.
   *
   * @param password of admin
   */
  static ControlPlane start(Path directory, String password, RegionFacts facts) throws Exception {
    Path file = Files.writeString(directory.resolve("password"), password);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.createDirectories(configuration(directory));
    return ControlPlane.start(
        new ControlPlaneSettings(
            new StoreLocation.Directory(configuration(directory)),
            Optional.of(own(directory)),
            "127.0.0.1",
            0,
            Optional.empty(),
            TrustedProxies.none(),
            new PasswordPlace.InFile(file),
            Optional.empty(),
            Optional.empty(),
            "test",
            Optional.of(KEY),
            Optional.of(directory.resolve("figures")),
            facts),
        new EngineAnswers(
            (configuration, question) ->
                new Verdict(
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    Map.of(),
                    Optional.empty(),
                    Verdict.Place.WRITER,
                    List.of()),
            new NothingThere(),
            (pattern, engine) -> Optional.empty(),
            configuration -> List.of()),
        new PasswordHash(10));
  }

  /** A cookie that an answer sets, as it is sent back. */
  static String cookie(HttpResponse<String> answer, String name) {
    return answer.headers().allValues("Set-Cookie").stream()
        .filter(set -> set.startsWith(name + "="))
        .map(set -> set.split(";")[0])
        .findFirst()
        .orElseThrow();
  }

  /** A report that a node sends to one, signed. */
  static HttpRequest.Builder report(int port, String node, long millis, byte[] body) {
    String path = "/api/v1/nodes/%s/report".formatted(node);
    String time = Long.toString(millis);
    String nonce = "0123456789abcdef";
    ReportSignature key = ReportSignature.all(KEY).get(0);
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Content-Type", "application/json")
        .header(ReportSignature.TIME, time)
        .header(ReportSignature.NONCE, nonce)
        .header(ReportSignature.SIGNATURE, key.ofReport(path, time, nonce, body))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }
}
