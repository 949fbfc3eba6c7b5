package dev.heimdall.engine.auth;

import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A configured user with what each method needs to check his proof; thread-safe. */
final class UserAccount {

  private final User user;
  private final byte[] salt;
  private final ScramKeyCache cache;
  private final StoredHash storedHash;
  private volatile ScramVerifier verifier;

  /**
   * @throws IllegalArgumentException when the stored verifier is none, with nothing of it in the
   *     message
   */
  UserAccount(User user, byte[] salt, ScramKeyCache cache) {
    this.user = user;
    this.salt = salt;
    this.cache = cache;
    String stored = user.verifier().map(Secret::value).orElse(null);
    storedHash = stored != null && StoredHash.is(stored) ? new StoredHash(stored) : null;
    if (stored != null && storedHash == null) {
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
   * The SCRAM verifier; null for a user with another hash or without password. That of a plain
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

  /** True if nothing here can check this user. */
  boolean hasNothing() {
    return storedHash == null && storedIterations().isEmpty();
  }

  /** True if the MD5 method can check this user. */
  boolean hasMd5() {
    return user.password().isPresent() || (storedHash != null && storedHash.isMd5());
  }

  /** True if proofs by {@link NativePassword} can be judged, and those by other hashes cannot. */
  boolean hasNativeHash() {
    return storedHash != null && NativePassword.isHash(storedHash.text());
  }

  /** The hash of a user who has neither a plain password nor a SCRAM verifier; else null. */
  StoredHash storedHash() {
    return storedHash;
  }

  /** True if a proof can be told right from wrong here without the password itself. */
  boolean judges(PasswordProof proof) {
    return user.password().isPresent() || (storedHash != null && proof.judges(storedHash.text()));
  }

  /** True if a proof is right, as far as that can be told here. */
  boolean accepts(PasswordProof proof) {
    return user.password().isPresent()
        ? proof.isOf(user.password().get().value().getBytes(StandardCharsets.UTF_8))
        : storedHash != null
            && proof.judges(storedHash.text())
            && proof.isOfHash(storedHash.text());
  }

  /** The MD5 hash, {@link #hasMd5} given. */
  String md5Hash() {
    return storedHash != null
        ? storedHash.text()
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
