package dev.heimdall.engine.auth;

import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import java.util.Optional;

/** A configured user with what each method needs to check his proof; thread-safe. */
final class Account {

  private final User user;
  private final byte[] salt;
  private final ScramKeyCache cache;
  private final String storedMd5Hash;
  private volatile ScramVerifier verifier;

  /**
   * @throws IllegalArgumentException when the stored verifier is none, with nothing of it in the
   *     message
   */
  Account(User user, byte[] salt, ScramKeyCache cache) {
    this.user = user;
    this.salt = salt;
    this.cache = cache;
    String stored = user.verifier().map(Secret::value).orElse(null);
    storedMd5Hash = stored != null && Md5Password.isHash(stored) ? stored : null;
    if (stored != null && storedMd5Hash == null) {
      try {
        verifier = ScramVerifier.parse(stored);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the verifier of user \"" + user.name() + "\" is unusable: " + e.getMessage(), e);
      }
    }
  }

  User user() {
    return user;
  }

  /**
   * The SCRAM verifier; null for a user with an MD5 hash or without password. That of a plain
   * password is derived at the first call, which takes milliseconds.
   */
  ScramVerifier verifier() {
    if (verifier == null && user.password().isPresent()) {
      int iterations = ScramVerifier.DEFAULT_ITERATIONS;
      byte[] password = SaslPrep.prepare(user.password().get().value());
      verifier = ScramVerifier.ofKeys(cache.keys(password, salt, iterations), salt, iterations);
    }
    return verifier;
  }

  /** The iterations of a SCRAM verifier: they are shown to everyone who begins a log-in. */
  Optional<Integer> storedIterations() {
    if (user.password().isPresent()) {
      return Optional.of(ScramVerifier.DEFAULT_ITERATIONS);
    }
    return Optional.ofNullable(verifier).map(ScramVerifier::iterations);
  }

  /** The password itself, where the configuration has it. */
  Optional<Secret> plainPassword() {
    return user.password();
  }

  /** Whether nothing here can check this user. */
  boolean hasNothing() {
    return storedMd5Hash == null && storedIterations().isEmpty();
  }

  /** Whether the MD5 method can check this user. */
  boolean hasMd5() {
    return storedMd5Hash != null || user.password().isPresent();
  }

  /** The MD5 hash, {@link #hasMd5} given. */
  String md5Hash() {
    return storedMd5Hash != null
        ? storedMd5Hash
        : Md5Password.hash(user.name(), user.password().orElseThrow().value());
  }

  boolean mayEnter(String vdb) {
    return user.vdbs().isEmpty() || user.vdbs().contains(vdb);
  }

  /** The log-in at the server that the user's document gives. */
  ServerCredential atServer() {
    String name = user.serverUser().orElse(user.name());
    Optional<Secret> password = user.serverPassword().or(user::password);
    return password
        .map(secret -> ServerCredential.password(name, secret))
        .orElseGet(() -> ServerCredential.withoutSecret(name));
  }

  /** The user's own log-in passed through, without a proof that would do better. */
  Optional<ServerCredential> ownPassword() {
    return user.password().map(secret -> ServerCredential.password(user.name(), secret));
  }
}
