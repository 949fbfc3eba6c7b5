package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramVerifierTest {

  private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
  private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
  // Of the password "pencil"; what the keys are was computed by another implementation.
  private static final String PENCIL =
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
          + "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

  @Test
  void verifierOfAPasswordIsWhatPostgresStores() {
    ScramVerifier verifier =
        ScramVerifier.ofPassword("pencil", Base64.getDecoder().decode(SALT), 4096);

    assertThat(verifier.encoded()).isEqualTo(PENCIL);
    assertThat(verifier).isEqualTo(ScramVerifier.parse(PENCIL));
  }

  @Test
  void parsedVerifierIsSpelledAsItWas() {
    ScramVerifier verifier = ScramVerifier.parse(PENCIL);

    assertThat(verifier.iterations()).isEqualTo(4096);
    assertThat(verifier.salt()).isEqualTo(Base64.getDecoder().decode(SALT));
    assertThat(verifier.encoded()).isEqualTo(PENCIL);
  }

  @Test
  void nothingOfAVerifierIsPrinted() {
    assertThat(ScramVerifier.parse(PENCIL).toString()).isEqualTo("SCRAM-SHA-256$***");
    assertThat(new ScramKeys(new byte[32], new byte[32])).hasToString("ScramKeys[***]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pencil",
        "SCRAM-SHA-256",
        "SCRAM-SHA-256$4096:SALT",
        "SCRAM-SHA-1$4096:SALT$KEY:KEY",
        "scram-sha-256$4096:SALT$KEY:KEY",
        "SCRAM-SHA-256$0:SALT$KEY:KEY",
        "SCRAM-SHA-256$-1:SALT$KEY:KEY",
        "SCRAM-SHA-256$+1:SALT$KEY:KEY",
        "SCRAM-SHA-256$04096:SALT$KEY:KEY",
        "SCRAM-SHA-256$1000001:SALT$KEY:KEY",
        "SCRAM-SHA-256$99999999999:SALT$KEY:KEY",
        "SCRAM-SHA-256$\u0664:SALT$KEY:KEY",
        "SCRAM-SHA-256$4096:$KEY:KEY",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ$KEY:KEY",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gR==$KEY:KEY",
        "SCRAM-SHA-256$4096:W22Z aJ0SNY7soEsUEjb6gQ==$KEY:KEY",
        "SCRAM-SHA-256$4096:SALT$KEY",
        "SCRAM-SHA-256$4096:SALT$KEY:",
        "SCRAM-SHA-256$4096:SALT$KEY:c2hvcnQ=",
        "SCRAM-SHA-256$4096:SALT$c2hvcnQ=:KEY",
        "SCRAM-SHA-256$4096:SALT$KEY:KEY:KEY",
        "SCRAM-SHA-256$4096:SALT$KEY:KEY$",
        "SCRAM-SHA-256$4096:SALT$KEY:KEY\n",
        " SCRAM-SHA-256$4096:SALT$KEY:KEY"
      })
  void anythingElseIsRefusedWithoutRepeatingIt(String shape) {
    String text = shape.replace("SALT", SALT).replace("KEY", KEY);

    assertThatThrownBy(() -> ScramVerifier.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected SCRAM-SHA-256$<iterations>")
        .message()
        .doesNotContain(KEY, "c2hvcnQ=", "W22Z");
  }

  @Test
  void setupOutsideItsLimitsIsRefused() {
    assertThatThrownBy(() -> ScramVerifier.ofPassword("x", new byte[0], 1))
        .hasMessageContaining("1 to 256 bytes");
    assertThatThrownBy(() -> new ScramVerifier(new byte[257], 1, new byte[32], new byte[32]))
        .hasMessageContaining("got 257");
    assertThatThrownBy(() -> ScramVerifier.ofPassword("x", new byte[1], 0))
        .hasMessageContaining("got 0");
  }

  @Test
  void onlyTheKeysOfThePasswordAreAccepted() {
    byte[] salt = Base64.getDecoder().decode(SALT);
    ScramVerifier verifier = ScramVerifier.parse(PENCIL);
    ScramArithmetic arithmetic = new ScramArithmetic();

    assertThat(verifier.accepts(arithmetic.derive(SaslPrep.prepare("pencil"), salt, 4096)))
        .isTrue();
    assertThat(verifier.accepts(arithmetic.derive(SaslPrep.prepare("Pencil"), salt, 4096)))
        .isFalse();
    assertThat(verifier.accepts(arithmetic.derive(SaslPrep.prepare("pencil"), salt, 4095)))
        .isFalse();
  }

  @Test
  void handedOutArraysAreCopies() {
    ScramVerifier verifier = ScramVerifier.parse(PENCIL);
    verifier.salt()[0] ^= 1;
    verifier.storedKey()[0] ^= 1;
    verifier.serverKey()[0] ^= 1;
    ScramKeys keys = new ScramKeys(new byte[32], new byte[32]);
    keys.clientKey()[0] = 1;
    keys.serverKey()[0] = 1;

    assertThat(verifier.encoded()).isEqualTo(PENCIL);
    assertThat(keys).isEqualTo(new ScramKeys(new byte[32], new byte[32]));
  }
}
