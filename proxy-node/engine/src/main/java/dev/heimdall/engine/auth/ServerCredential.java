package dev.heimdall.engine.auth;

import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.handover.UnreadableStateException;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.Secret;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import dev.heimdall.secrets.credentials.DatabaseLogin;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * As whom a server connection logs in, and with what. Equal credentials are equal values:
 * connections may be shared by sessions whose credentials are equal, and by no others.
 */
public final class ServerCredential {

  private sealed interface Proof permits Password, Keys, Md5Hash, NativeKey, Nothing, Asked {}

  private record Password(Secret value) implements Proof {}

  private record Keys(ScramKeys value) implements Proof {}

  private record Md5Hash(Secret value) implements Proof {}

  /** In hexadecimal digits. */
  private record NativeKey(Secret value) implements Proof {}

  private record Nothing() implements Proof {}

  /** Equal for the same credentials only, whatever they say at the moment. */
  private record Asked(DatabaseCredentials who) implements Proof {}

  private final String user;
  private final Proof proof;

  private ServerCredential(String user, Proof proof) {
    this.user = user;
    this.proof = proof;
  }

  /** A password: enough for every method. */
  public static ServerCredential password(String user, Secret password) {
    return new ServerCredential(user, new Password(password));
  }

  /** Keys that a client proved: enough for SCRAM at a server with the same verifier. */
  public static ServerCredential scramKeys(String user, ScramKeys keys) {
    return new ServerCredential(user, new Keys(keys));
  }

  /**
   * A stored MD5 hash: enough for MD5 at a server with the same hash.
   *
   * @param hash {@code md5} and 32 hexadecimal digits
   */
  public static ServerCredential md5Hash(String user, Secret hash) {
    return new ServerCredential(user, new Md5Hash(hash));
  }

  /**
   * A key that a client proved: enough for {@link NativePassword} at a server with the same hash.
   *
   * @param key what {@link NativePassword#key} gives
   */
  public static ServerCredential nativeKey(String user, byte[] key) {
    return new ServerCredential(user, new NativeKey(new Secret(HexFormat.of().formatHex(key))));
  }

  /** For servers that trust the node, or its TLS certificate. */
  public static ServerCredential withoutSecret(String user) {
    return new ServerCredential(user, new Nothing());
  }

  /** A user whose password is fetched for each connection, unless it is written down. */
  public static ServerCredential of(DatabaseCredentials credentials) {
    return credentials
        .written()
        .map(ServerCredential::of)
        .orElseGet(() -> new ServerCredential(credentials.name(), new Asked(credentials)));
  }

  /** Returns the credential of a login that was fetched or is configured. */
  public static ServerCredential of(DatabaseLogin login) {
    return login
        .password()
        .map(password -> password(login.user(), new Secret(password)))
        .orElseGet(() -> withoutSecret(login.user()));
  }

  /**
   * Writes what a client has proved for another process of the node's user, which has it in memory
   * only.
   *
   * @throws IllegalStateException for credentials that are asked for: they are of the configuration
   */
  public void write(StateWriter out) {
    out.text(user);
    if (proof instanceof Password password) {
      out.text("password").text(password.value.value());
    } else if (proof instanceof Keys keys) {
      out.text("scram").bytes(keys.value.clientKey()).bytes(keys.value.serverKey());
    } else if (proof instanceof Md5Hash hash) {
      out.text("md5").text(hash.value.value());
    } else if (proof instanceof NativeKey key) {
      out.text("native").text(key.value.value());
    } else if (proof instanceof Nothing) {
      out.text("nothing");
    } else {
      throw new IllegalStateException("nobody proves credentials that are asked for");
    }
  }

  /** Reads what {@link #write} has written. */
  public static ServerCredential read(StateReader in) {
    String user = in.text();
    String kind = String.valueOf(in.text());
    return switch (kind) {
      case "password" -> password(user, new Secret(in.text()));
      case "scram" -> scramKeys(user, new ScramKeys(in.bytes(), in.bytes()));
      case "md5" -> md5Hash(user, new Secret(in.text()));
      case "native" -> new ServerCredential(user, new NativeKey(new Secret(in.text())));
      case "nothing" -> withoutSecret(user);
      default -> throw new UnreadableStateException("unknown proof of a client");
    };
  }

  /** Source that is queried for credentials at each connection; empty where everything is known. */
  public Optional<DatabaseCredentials> asked() {
    return proof instanceof Asked asked ? Optional.of(asked.who) : Optional.empty();
  }

  /** The name for the start-up packet, and for lists. */
  public String user() {
    return user;
  }

  /**
   * Answers a server that asks for SASL.
   *
   * @param cache where keys derived from passwords are kept
   * @param tlsServerEndPoint binding data of the server's certificate; null without TLS
   * @param offered the mechanisms that the server offers
   * @throws AuthException when this credential, or no mechanism, will do
   */
  public ScramClient scram(
      ScramKeyCache cache,
      ChannelBinding binding,
      byte[] tlsServerEndPoint,
      List<String> offered,
      NonceSource nonces)
      throws AuthException {
    if (proof instanceof Password password) {
      return ScramClient.withPassword(
          password.value.value(), cache, binding, tlsServerEndPoint, offered, nonces);
    }
    if (proof instanceof Keys keys) {
      return ScramClient.withKeys(keys.value, binding, tlsServerEndPoint, offered, nonces);
    }
    throw insufficient("SCRAM");
  }

  /**
   * Answers a server that asks for MD5.
   *
   * @param salt the 4 bytes that it sent
   * @return 35 bytes, without the zero byte that ends them on the wire
   * @throws AuthException when this credential will not do
   */
  public byte[] md5(byte[] salt) throws AuthException {
    if (proof instanceof Password password) {
      return ascii(Md5Password.response(Md5Password.hash(user, password.value.value()), salt));
    }
    if (proof instanceof Md5Hash hash) {
      return ascii(Md5Password.response(hash.value.value(), salt));
    }
    throw insufficient("MD5");
  }

  /**
   * Answers a server that asks for the password itself.
   *
   * @param tls whether the connection to the server is encrypted; the answer is refused otherwise
   * @return without the zero byte that ends it on the wire
   * @throws AuthException when this credential will not do
   */
  public byte[] clearText(boolean tls) throws AuthException {
    if (!tls) {
      throw new AuthException(
          new AuthFailure(
              Sqlstate.INVALID_AUTHORIZATION,
              "the server asks for the password of user \""
                  + user
                  + "\" in clear text over a connection without TLS",
              null,
              "Set TLS for the data source, or let the server ask for scram-sha-256."));
    }
    if (proof instanceof Password password) {
      return password.value.value().getBytes(StandardCharsets.UTF_8);
    }
    throw insufficient("the password in clear text");
  }

  /**
   * Answers a server by a method that proves the password without disclosing it.
   *
   * @param method its name
   * @param proof what it makes of the password
   * @return nothing where there is no password, as an account without one is proved
   * @throws AuthException when this credential will not do
   */
  public byte[] proof(String method, UnaryOperator<byte[]> proof) throws AuthException {
    if (this.proof instanceof Password password) {
      return proof.apply(password.value.value().getBytes(StandardCharsets.UTF_8));
    }
    if (this.proof instanceof Nothing) {
      return new byte[0];
    }
    throw insufficient(method);
  }

  /**
   * Answers a server by {@link NativePassword}.
   *
   * @param method as the server calls it
   * @param challenge 20 bytes
   * @return nothing where there is no password
   * @throws AuthException when this credential will not do
   */
  public byte[] nativeProof(String method, byte[] challenge) throws AuthException {
    return proof instanceof NativeKey key
        ? NativePassword.responseOfKey(HexFormat.of().parseHex(key.value.value()), challenge)
        : proof(method, password -> NativePassword.response(password, challenge));
  }

  /** True if {@link #nativeProof} is all that it can do. */
  public boolean onlyNative() {
    return proof instanceof NativeKey;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ServerCredential that
        && user.equals(that.user)
        && proof.equals(that.proof);
  }

  @Override
  public int hashCode() {
    return 31 * user.hashCode() + proof.hashCode();
  }

  @Override
  public String toString() {
    return "ServerCredential[" + user + ", " + described() + "]";
  }

  private AuthException insufficient(String wanted) {
    return new AuthException(
        new AuthFailure(
            Sqlstate.INVALID_AUTHORIZATION,
            "cannot log in to the server as user \""
                + user
                + "\": it asks for "
                + wanted
                + ", the proxy has "
                + described(),
            null,
            "Give the proxy a password for the server, or let the server use the method that the"
                + " proxy has credentials for."));
  }

  private String described() {
    if (proof instanceof Password) {
      return "a password";
    }
    if (proof instanceof Keys) {
      return "only the client's SCRAM keys";
    }
    if (proof instanceof Asked) {
      return "credentials that change";
    }
    if (proof instanceof NativeKey) {
      return "only the client's native key";
    }
    return proof instanceof Md5Hash ? "only an MD5 hash" : "no password";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
