package dev.heimdall.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TlsServerEndPointTest {

  /** The digests were computed outside of Java. */
  static Stream<Arguments> certificates() {
    return Stream.of(
        Arguments.of(
            Certificates.RSA_SHA1,
            "bc6ce802037c26d75c8a8fe7cc3fb54c2eba5c2a47da444efd4e2a08fe4fcdbb"),
        Arguments.of(
            Certificates.RSA_SHA256,
            "3a3ea7721d51fe7f8453390694b6f5332c93f168c11033dcf4eca5de5212b5fe"),
        Arguments.of(
            Certificates.RSA_SHA512,
            "659508d2d1dab7b7b81d932dc38ddad9a98cc60e510f73841bacdce1e16c81cb"
                + "09549355fb2abe925abde99dba686a471ff79e9c65a02f1faf87868320f9fda7"),
        Arguments.of(
            Certificates.ECDSA_SHA384,
            "d34de8610afffc4b1aaf28a28f9be62b2472af0596a5926eaa3f00e241d9e36d"
                + "b3d4aed06ea1f772b3a9298839d3d979"),
        Arguments.of(
            Certificates.RSA_PSS_SHA384,
            "14a987e15068fa7ddfbb2cf203ca0dc8dac43125a1522932661e24cf6fce870a"
                + "f5e33886edfbd76396ca19cfa1ef0d06"));
  }

  @ParameterizedTest
  @MethodSource("certificates")
  void certificateIsHashedWithTheHashOfItsSignatureAndAtLeastSha256(
      String certificate, String hash) {
    assertThat(TlsServerEndPoint.of(Certificates.read(certificate)))
        .isEqualTo(HexFormat.of().parseHex(hash));
  }

  @Test
  void signatureWithoutAHashOfItsOwnDefinesNoBinding() {
    assertThat(TlsServerEndPoint.of(Certificates.read(Certificates.ED25519))).isNull();
  }
}
