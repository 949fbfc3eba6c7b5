package dev.heimdall.secrets.credentials;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** A secret whose versions a test sets, with work that is done when the test says so. */
final class FakeSecret implements SecretReader {
  final Map<Stage, DatabaseLogin> versions = new EnumMap<>(Stage.class);
  final Deque<Runnable> work = new ArrayDeque<>();
  CredentialsException trouble;
  int reads;

  @Override
  public String name() {
    return "prod/shop";
  }

  @Override
  public Optional<DatabaseLogin> read(Stage stage) throws CredentialsException {
    reads++;
    if (trouble != null) {
      throw trouble;
    }
    return Optional.ofNullable(versions.get(stage));
  }

  void rotate(String version) {
    if (versions.containsKey(Stage.AWSCURRENT)) {
      versions.put(Stage.AWSPREVIOUS, versions.get(Stage.AWSCURRENT));
    }
    versions.put(
        Stage.AWSCURRENT, new DatabaseLogin("shop", Optional.of("pw-" + version), version));
  }

  /** Does what was asked for, and what that leads to. */
  void work() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }
}
