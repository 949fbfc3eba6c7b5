package dev.heimdall.test.secure;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * How a client begins TLS.
 *
 * @param trusted whose certificates it takes
 * @param own what it presents when asked, or null
 * @param version such as TLSv1.3
 * @param protocols what it offers by ALPN; may be none
 */
record Tls(Authority trusted, Identity own, String version, String... protocols) {
  /** TLS 1.3 with PostgreSQL's ALPN and no certificate. */
  static Tls trusting(Authority authority) {
    return new Tls(authority, null, "TLSv1.3", "postgresql");
  }

  Tls as(Identity identity) {
    return new Tls(trusted, identity, version, protocols);
  }

  Tls offering(String... others) {
    return new Tls(trusted, own, version, others);
  }

  Tls in(String otherVersion) {
    return new Tls(trusted, own, otherVersion, protocols);
  }

  /** Does the handshake over a socket that is connected. */
  SSLSocket over(Socket socket) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            context().getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setProtocols(new String[] {version});
    parameters.setApplicationProtocols(protocols);
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private SSLContext context() {
    try {
      KeyStore authorities = KeyStore.getInstance("PKCS12");
      authorities.load(null, null);
      authorities.setCertificateEntry("authority", trusted.certificate());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          own == null ? null : new KeyManager[] {new Presents(own)},
          trust.getTrustManagers(),
          new SecureRandom());
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Shows its certificate to whoever asks for one, whichever authorities are asked for. */
  private static final class Presents extends X509ExtendedKeyManager {
    private final Identity identity;

    Presents(Identity identity) {
      this.identity = identity;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
      return "own";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {identity.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return identity.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return new String[0];
    }
  }
}
