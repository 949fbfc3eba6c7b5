package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerCredentialTest {

  private static final byte[] SALT = {1, 2, 3, 4};
  private static final List<String> OFFERED = List.of(ScramServer.SCRAM_SHA_256);
  private static final byte[] SCRAM_SALT = new byte[16];
  private static final ScramVerifier VERIFIER =
      ScramVerifier.ofPassword("s3cr3t-text", SCRAM_SALT, 64);

  private final ScramKeyCache cache = new ScramKeyCache(2);
  private final ServerCredential password =
      ServerCredential.password("app", new Secret("s3cr3t-text"));
  private final ScramKeys keys =
      new ScramArithmetic().derive(SaslPrep.prepare("s3cr3t-text"), SCRAM_SALT, 64);
  private final ServerCredential scramKeys = ServerCredential.scramKeys("app", keys);
  private final String hash = Md5Password.hash("app", "s3cr3t-text");
  private final ServerCredential md5Hash = ServerCredential.md5Hash("app", new Secret(hash));
  private final ServerCredential nothing = ServerCredential.withoutSecret("app");

  @Test
  void passwordAndKeysAnswerScram() throws Exception {
    for (ServerCredential credential : List.of(password, scramKeys)) {
      ScramServer server = new ScramServer("app", VERIFIER, null, () -> "s", new ScramArithmetic());
      ScramClient client = scram(credential);
      client.verify(server.last(client.last(server.first(client.mechanism(), client.first()))));

      assertThat(client.isVerified()).isTrue();
    }
  }

  @Test
  void passwordAndHashAnswerMd5() throws Exception {
    assertThat(password.md5(SALT)).isEqualTo(md5Hash.md5(SALT));
    assertThat(Md5Password.matches(hash, SALT, password.md5(SALT))).isTrue();
  }

  @Test
  void passwordAndKeyAnswerMysqlsOlderMethod() throws Exception {
    byte[] challenge = new byte[20];
    byte[] text = "s3cr3t-text".getBytes(StandardCharsets.UTF_8);
    byte[] key =
        NativePassword.key(
            NativePassword.hash("s3cr3t-text"), SALT, NativePassword.response(text, SALT));
    ServerCredential proved = ServerCredential.nativeKey("app", key);

    assertThat(proved.nativeProof("native", challenge))
        .isEqualTo(password.nativeProof("native", challenge));
    assertThat(NativePassword.matches(text, challenge, proved.nativeProof("native", challenge)))
        .isTrue();
    assertThat(proved)
        .isEqualTo(ServerCredential.nativeKey("app", key.clone()))
        .isNotEqualTo(password);
    assertThat(proved.toString()).doesNotContain(HexFormat.of().formatHex(key));
    assertThatThrownBy(() -> proved.proof("parsec", same -> same))
        .hasMessageContaining("the proxy has only the client's native key");
  }

  @Test
  void passwordIsShownToAnEncryptedServerOnly() throws Exception {
    assertThat(password.clearText(true)).asString(StandardCharsets.UTF_8).isEqualTo("s3cr3t-text");
    assertThatThrownBy(() -> password.clearText(false))
        .isInstanceOf(AuthException.class)
        .hasMessageContaining("without TLS");
  }

  @Test
  void credentialThatWillNotDoIsNamedWithWhatTheServerWanted() {
    assertThat(catchThrowableOfType(AuthException.class, () -> scramKeys.md5(SALT)).failure())
        .extracting(AuthFailure::sqlState, AuthFailure::message)
        .containsExactly(
            "28000",
            "cannot log in to the server as user \"app\": it asks for MD5, the proxy has only the"
                + " client's SCRAM keys");
    assertThatThrownBy(() -> scram(md5Hash)).hasMessageContaining("SCRAM, the proxy has only an");
    assertThatThrownBy(() -> scram(nothing)).hasMessageContaining("the proxy has no password");
    assertThatThrownBy(() -> nothing.md5(SALT)).isInstanceOf(AuthException.class);
    assertThatThrownBy(() -> scramKeys.clearText(true)).isInstanceOf(AuthException.class);
    assertThatThrownBy(() -> md5Hash.clearText(true)).isInstanceOf(AuthException.class);
  }

  @Test
  void equalCredentialsAreEqualAndNoOthers() {
    assertThat(password)
        .isEqualTo(ServerCredential.password("app", new Secret("s3cr3t-text")))
        .hasSameHashCodeAs(ServerCredential.password("app", new Secret("s3cr3t-text")))
        .isNotEqualTo(ServerCredential.password("app2", new Secret("s3cr3t-text")))
        .isNotEqualTo(ServerCredential.password("app", new Secret("other")))
        .isNotEqualTo(scramKeys)
        .isNotEqualTo(nothing);
    assertThat(scramKeys)
        .isEqualTo(
            ServerCredential.scramKeys("app", new ScramKeys(keys.clientKey(), keys.serverKey())))
        .isNotEqualTo(
            ServerCredential.scramKeys("app", new ScramKeys(new byte[32], keys.serverKey())));
  }

  @Test
  void nothingSecretIsPrinted() {
    assertThat(password).hasToString("ServerCredential[app, a password]");
    assertThat(md5Hash.toString()).doesNotContain(hash.substring(3));
  }

  private ScramClient scram(ServerCredential credential) throws AuthException {
    return credential.scram(cache, ChannelBinding.PREFER, null, OFFERED, () -> "c");
  }
}
