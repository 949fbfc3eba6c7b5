package dev.heimdall.model.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPairsTest {
  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void aKeyBelongsToItsOwnCertificateAlone(String algorithm) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    KeyPair one = generator.generateKeyPair();
    KeyPair other = generator.generateKeyPair();
    KeyPair ofDsa = KeyPairGenerator.getInstance("DSA").generateKeyPair();

    assertThat(KeyPairs.belong(one.getPrivate(), one.getPublic())).isTrue();
    assertThat(KeyPairs.belong(one.getPrivate(), other.getPublic())).isFalse();
    assertThat(KeyPairs.belong(one.getPrivate(), ofDsa.getPublic()))
        .as("of another algorithm")
        .isFalse();
  }
}
