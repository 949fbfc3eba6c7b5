package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.auth.AuthException;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.auth.Sha2Password;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.Handshake;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Proves a credential to a server by the method that it asks for. */
final class ServerAuthentication {
  static final String CACHING_SHA2 = "caching_sha2_password";
  private static final String NATIVE = "mysql_native_password";
  private static final String SHA256 = "sha256_password";
  private static final String CLEAR = "mysql_clear_password";
  private static final String ED25519 = "client_ed25519";
  private static final String PARSEC = "parsec";

  private static final int SWITCH = 0xFE;
  private static final int MORE = 0x01;

  private static final int FAST_SUCCEEDED = 3;
  private static final int FULL_WANTED = 4;

  // What asks for the key to encrypt the password with.
  private static final byte KEY_OF_CACHING_SHA2 = 2;
  private static final byte KEY_OF_SHA256 = 1;

  private static final int SCRAMBLE = 32;
  private static final int MOST_FACTOR = 10;

  private final ServerCredential credential;
  private final boolean tls;
  private final SecureRandom chance;

  private String plugin = "";
  private byte[] challenge = {};
  private boolean keyAsked;

  /**
   * @param tls whether the connection is encrypted
   */
  ServerAuthentication(ServerCredential credential, boolean tls, SecureRandom chance) {
    this.credential = credential;
    this.tls = tls;
    this.chance = chance;
  }

  /** Answer to the server; computed off the event loop where that takes milliseconds. */
  record Answer(Callable<byte[]> bytes, boolean slow) {
    private static Answer of(byte[] bytes) {
      return new Answer(() -> bytes, false);
    }

    byte[] made() throws AuthException, ConnectFailure {
      try {
        return bytes.call();
      } catch (AuthException e) {
        throw e;
      } catch (Exception e) {
        throw refused("the server's challenge cannot be answered: " + e);
      }
    }
  }

  /**
   * The method that the first answer is made by, where a server has this for its default: it asks
   * for another if its user has another.
   */
  static String first(String ofServer, ServerCredential credential) {
    if (credential.onlyNative()) {
      return NATIVE;
    }
    return switch (ofServer) {
      case NATIVE, CACHING_SHA2, SHA256 -> ofServer;
      default -> CACHING_SHA2;
    };
  }

  String plugin() {
    return plugin;
  }

  /**
   * Returns the answer to a packet that is neither OK nor an error.
   *
   * @return null where the server waits for nothing
   */
  Answer next(ByteBuf payload) throws AuthException, ConnectFailure {
    int first = payload.readUnsignedByte();
    if (first == SWITCH) {
      if (!payload.isReadable()) {
        throw refused("the server asks for authentication method mysql_old_password");
      }
      String method = Handshake.zeroEnded(payload);
      return begin(method, challenge(payload));
    }
    // MySQL's servers put a byte before what a method has to say, MariaDB's only where it would be
    // taken for something else.
    int from = payload.readerIndex() - (first == MORE ? 0 : 1);
    byte[] data = new byte[payload.writerIndex() - from];
    payload.getBytes(from, data);
    return more(data);
  }

  /** Its length is the method's matter; a zero byte ends those that are as long as the first. */
  private static byte[] challenge(ByteBuf payload) {
    int length = payload.readableBytes();
    boolean ended = length > 0 && payload.getByte(payload.writerIndex() - 1) == 0;
    byte[] data = new byte[ended && length == Handshake.CHALLENGE + 1 ? length - 1 : length];
    payload.readBytes(data);
    return data;
  }

  /** The server asks for a proof by this method. */
  Answer begin(String method, byte[] data) throws AuthException, ConnectFailure {
    plugin = method;
    challenge = data;
    keyAsked = false;
    return switch (method) {
      case NATIVE -> Answer.of(credential.nativeProof(method, data));
      case CACHING_SHA2 ->
          Answer.of(credential.proof(method, password -> Sha2Password.response(password, data)));
      case SHA256 -> beginSha256();
      case CLEAR -> Answer.of(ended(credential.clearText(tls)));
      case ED25519 ->
          new Answer(
              () -> credential.proof(method, password -> Ed25519.sign(password, data)), true);
      case PARSEC -> Answer.of(new byte[0]); // asks for the salt
      default -> throw unknown(method);
    };
  }

  /** The server goes on with the method. */
  Answer more(byte[] data) throws AuthException, ConnectFailure {
    switch (plugin) {
      case CACHING_SHA2 -> {
        if (keyAsked) {
          return encrypted(data);
        }
        if (data.length == 1 && data[0] == FAST_SUCCEEDED) {
          return null;
        }
        if (data.length == 1 && data[0] == FULL_WANTED) {
          if (tls) {
            return Answer.of(ended(credential.clearText(true)));
          }
          keyAsked = true;
          return Answer.of(new byte[] {KEY_OF_CACHING_SHA2});
        }
      }
      case SHA256 -> {
        if (keyAsked) {
          return encrypted(data);
        }
      }
      case PARSEC -> {
        return new Answer(() -> credential.proof(PARSEC, password -> parsec(password, data)), true);
      }
      default -> {}
    }
    throw refused("the server sent what method " + plugin + " has no answer to");
  }

  private Answer beginSha256() throws AuthException {
    byte[] none = credential.proof(SHA256, password -> password.length == 0 ? password : null);
    if (none != null) {
      return Answer.of(new byte[1]);
    }
    if (tls) {
      return Answer.of(ended(credential.clearText(true)));
    }
    keyAsked = true;
    return Answer.of(new byte[] {KEY_OF_SHA256});
  }

  /**
   * The password, hidden by the challenge, for the server's key. Only TLS proves that the key is
   * the server's.
   */
  private Answer encrypted(byte[] pem) {
    return new Answer(
        () ->
            credential.proof(
                plugin,
                password -> {
                  byte[] hidden = ended(password);
                  for (int i = 0; i < hidden.length; i++) {
                    hidden[i] ^= challenge[i % challenge.length];
                  }
                  try {
                    Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
                    cipher.init(Cipher.ENCRYPT_MODE, key(pem));
                    return cipher.doFinal(hidden);
                  } catch (GeneralSecurityException | IllegalArgumentException e) {
                    throw new IllegalStateException("the server's key cannot be used", e);
                  }
                }),
        true);
  }

  private static PublicKey key(byte[] pem) throws GeneralSecurityException {
    String text = new String(pem, StandardCharsets.US_ASCII).replaceAll("-----[^-]*-----", "");
    return KeyFactory.getInstance("RSA")
        .generatePublic(new X509EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
  }

  /** A scramble of the client's own, and a signature of both by a key derived from the password. */
  private byte[] parsec(byte[] password, byte[] salted) {
    if (salted.length < 2 || salted[0] != 'P' || salted[1] < 0 || salted[1] > MOST_FACTOR) {
      throw new IllegalArgumentException("the server wants a key derived as the node cannot");
    }
    byte[] own = new byte[SCRAMBLE];
    chance.nextBytes(own);
    byte[] both = Arrays.copyOf(challenge, challenge.length + SCRAMBLE);
    System.arraycopy(own, 0, both, challenge.length, SCRAMBLE);
    byte[] seed =
        derived(password, Arrays.copyOfRange(salted, 2, salted.length), 1024 << salted[1]);
    byte[] signature = Ed25519.sign(seed, both);
    byte[] answer = Arrays.copyOf(own, SCRAMBLE + signature.length);
    System.arraycopy(signature, 0, answer, SCRAMBLE, signature.length);
    return answer;
  }

  private static byte[] derived(byte[] password, byte[] salt, int rounds) {
    char[] characters = new String(password, StandardCharsets.UTF_8).toCharArray();
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
          .generateSecret(new PBEKeySpec(characters, salt, rounds, SCRAMBLE * Byte.SIZE))
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no PBKDF2 with HMAC-SHA-512", e);
    }
  }

  /** With the zero byte behind it that ends strings. */
  private static byte[] ended(byte[] text) {
    return Arrays.copyOf(text, text.length + 1);
  }

  private static ConnectFailure unknown(String method) {
    return refused(
        "the server asks for authentication method "
            + method
            + ", which the node does not have; it has caching_sha2_password,"
            + " mysql_native_password, sha256_password, mysql_clear_password, client_ed25519 and"
            + " parsec");
  }

  private static ConnectFailure refused(String message) {
    return ConnectFailure.refused(ServerError.fatal("28000", message));
  }
}
