package dev.heimdall.engine.fleet;

import dev.heimdall.model.Secret;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of a fleet, by which its nodes prove to one another that a request is theirs: HMAC with
 * SHA-256 over a challenge that the other node has just made, and over all of the request. A proof
 * holds one for each key of who sends it, so that a key can be exchanged on one node after another.
 */
public final class FleetKeys {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int LENGTH = 32;

  /** Prefix of this kind of request: a proof for one kind is none for another. */
  private static final String KILL = "heimdall KILL 1";

  private final List<SecretKeySpec> keys;

  private FleetKeys(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * @param lines a key each
   */
  public static FleetKeys of(Optional<Secret> lines) {
    return new FleetKeys(
        lines.stream()
            .flatMap(secret -> secret.value().lines())
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(line -> new SecretKeySpec(line.getBytes(StandardCharsets.UTF_8), ALGORITHM))
            .toList());
  }

  /** True if there is none: nothing can be proved then, and nothing is believed. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /**
   * A proof that the request is of a node.
   *
   * @param challenge of the node that it goes to
   */
  public byte[] proof(byte[] challenge, KillRequest request) {
    byte[] signed = signed(challenge, request);
    byte[] proof = new byte[keys.size() * LENGTH];
    for (int i = 0; i < keys.size(); i++) {
      System.arraycopy(mac(keys.get(i), signed), 0, proof, i * LENGTH, LENGTH);
    }
    return proof;
  }

  /**
   * True if the request is of a node that has one of these keys; compares in constant time.
   *
   * @param challenge made for the connection that the request came by
   */
  public boolean accept(byte[] challenge, KillRequest request, byte[] proof) {
    byte[] signed = signed(challenge, request);
    boolean accepted = false;
    for (SecretKeySpec key : keys) {
      byte[] expected = mac(key, signed);
      for (int at = 0; at + LENGTH <= proof.length && at < 2 * LENGTH; at += LENGTH) {
        accepted |= MessageDigest.isEqual(expected, Arrays.copyOfRange(proof, at, at + LENGTH));
      }
    }
    return accepted;
  }

  private static byte[] mac(SecretKeySpec key, byte[] signed) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + ALGORITHM, e);
    }
  }

  /** No two requests, and no two challenges, give the same bytes. */
  private static byte[] signed(byte[] challenge, KillRequest request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, KILL.getBytes(StandardCharsets.UTF_8));
      write(out, challenge);
      out.writeInt(request.session());
      out.writeBoolean(request.connection());
      write(out, request.vdb().getBytes(StandardCharsets.UTF_8));
      write(out, request.user().getBytes(StandardCharsets.UTF_8));
      out.writeBoolean(request.operator());
    } catch (IOException e) {
      throw new IllegalStateException("nothing is written but memory", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, byte[] part) throws IOException {
    out.writeInt(part.length);
    out.write(part);
  }
}
