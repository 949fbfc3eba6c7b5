package dev.heimdall.manager.login;

import dev.heimdall.manager.accounts.Account;
import dev.heimdall.routing.bounded.BoundedMap;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Passwords that were right a moment ago: programs show theirs with each request, and its hash
 * costs a good part of a second. What is kept says nothing without a key that this process alone
 * has. A password that was changed is another one.
 */
final class Proofs {
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final int MOST = 1000;
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private record Proof(String hash, byte[] mac, long since) {}

  private final LongSupplier nanoClock;
  private final SecretKeySpec key;
  private final Map<String, Proof> proofs = BoundedMap.ofNewest(MOST);

  Proofs(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    key = new SecretKeySpec(random, ALGORITHM);
  }

  /** True if this password of the account was right a moment ago. */
  boolean has(Account account, String password) {
    Proof proof;
    synchronized (this) {
      proof = proofs.get(account.name());
    }
    return proof != null
        && proof.hash().equals(account.hash())
        && nanoClock.getAsLong() - proof.since() < KEPT.toNanos()
        && MessageDigest.isEqual(proof.mac(), mac(password));
  }

  synchronized void keep(Account account, String password) {
    proofs.remove(account.name());
    proofs.put(account.name(), new Proof(account.hash(), mac(password), nanoClock.getAsLong()));
  }

  private byte[] mac(String password) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
