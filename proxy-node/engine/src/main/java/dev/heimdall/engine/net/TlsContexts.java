package dev.heimdall.engine.net;

import dev.heimdall.engine.auth.TlsServerEndPoint;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.ClientCertificate;
import dev.heimdall.model.ClientTls;
import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.PeerTls;
import dev.heimdall.model.StoreTls;
import dev.heimdall.model.TlsMode;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** TLS contexts out of the configuration: BoringSSL where it is there, the JDK's TLS elsewhere. */
public final class TlsContexts {
  private static final String BUNDLE = "/global/global-bundle.pem";

  /** Advice on missing certificate authorities of RDS. */
  private static final String OF_RDS =
      "; it is to hold the certificate authorities of RDS. Save"
          + " https://truststore.pki.rds.amazonaws.com"
          + BUNDLE
          + " there, or name another file as \"caFile\" in the data source's \"tls\"."
          + " Other authorities are those of regions in GovCloud"
          + " (https://truststore.pki.us-gov-west-1.rds.amazonaws.com"
          + BUNDLE
          + ") and China (https://rds-truststore.s3.cn-north-1.amazonaws.com.cn"
          + BUNDLE
          + ")";

  private TlsContexts() {}

  /**
   * For clients of a virtual database.
   *
   * @param protocols names of its protocol in TLS (ALPN)
   * @param own certificate of the node, where there is none of the user's
   * @return null when TLS is off
   * @throws IOException when a file cannot be read, or is not what it should be; the message names
   *     it
   */
  public static SslContext forClients(
      ClientTls settings, List<String> protocols, OwnCertificate own) throws IOException {
    if (settings.mode() == ClientTlsMode.DISABLE) {
      return null;
    }
    try {
      PemIdentity identity = identity(settings, own);
      SslContextBuilder builder =
          SslContextBuilder.forServer(identity.key(), identity.chain())
              .sslProvider(provider())
              .protocols("TLSv1.3", "TLSv1.2")
              .applicationProtocolConfig(alpn(protocols));
      if (settings.clientCertificate() != ClientCertificate.NONE) {
        builder
            .trustManager(settings.clientCaFile().orElseThrow().toFile())
            .clientAuth(
                settings.clientCertificate() == ClientCertificate.REQUIRE
                    ? ClientAuth.REQUIRE
                    : ClientAuth.OPTIONAL);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("tls: " + reason(e), e);
    }
  }

  /**
   * Channel-binding data of SCRAM-SHA-256-PLUS: the hash of our certificate; null when TLS is off.
   */
  public static byte[] serverEndPoint(ClientTls settings, OwnCertificate own) throws IOException {
    if (settings.mode() == ClientTlsMode.DISABLE) {
      return null;
    }
    return TlsServerEndPoint.of(identity(settings, own).chain()[0]);
  }

  private static PemIdentity identity(ClientTls settings, OwnCertificate own) throws IOException {
    if (settings.selfSigned()) {
      return own.identity();
    }
    if (settings.certificate().isPresent()) {
      return PemIdentity.of(settings.certificate().get());
    }
    return PemIdentity.read(
        settings.certificateFile().orElseThrow(), settings.keyFile().orElseThrow());
  }

  /**
   * For connections to a data source.
   *
   * @param protocols names of its protocol in TLS (ALPN)
   * @return null when TLS is off
   * @throws IOException when a file cannot be read, or is not what it should be; the message names
   *     it
   */
  public static SslContext forServer(BackendTls settings, List<String> protocols)
      throws IOException {
    if (settings.mode() == TlsMode.DISABLE) {
      return null;
    }
    return client(settings, provider(), protocols);
  }

  /**
   * Returns the factory for sockets to a data source that a library has made, which are to be given
   * to {@link #identify} before they are used.
   *
   * @return empty when TLS is off
   * @throws IOException as {@link #forServer}
   */
  public static Optional<SSLSocketFactory> forSockets(BackendTls settings) throws IOException {
    if (settings.mode() == TlsMode.DISABLE) {
      return Optional.empty();
    }
    JdkSslContext made = (JdkSslContext) client(settings, SslProvider.JDK, List.of());
    return Optional.of(made.context().getSocketFactory());
  }

  /** Has a socket look at the server's name, if that is to be looked at. */
  public static void identify(SSLSocket socket, BackendTls settings) {
    if (settings.mode() == TlsMode.VERIFY_FULL) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
    }
  }

  private static SslContext client(
      BackendTls settings, SslProvider provider, List<String> protocols) throws IOException {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forClient()
              .sslProvider(provider)
              // Here and not at each engine: the JDK's cannot be told to leave the name alone.
              .endpointIdentificationAlgorithm(
                  settings.mode() == TlsMode.VERIFY_FULL ? "HTTPS" : null)
              .protocols("TLSv1.3", "TLSv1.2")
              .applicationProtocolConfig(alpn(protocols));
      if (!settings.verifies()) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (settings.caFile().isPresent()) {
        builder.trustManager(there(settings.caFile().get()).toFile());
      }
      if (settings.certificateFile().isPresent()) {
        PemIdentity identity =
            PemIdentity.read(settings.certificateFile().get(), settings.keyFile().orElseThrow());
        builder.keyManager(identity.key(), identity.chain());
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new IOException("tls: " + reason(e), e);
    }
  }

  private static Path there(Path authorities) throws IOException {
    if (Files.isReadable(authorities)) {
      return authorities;
    }
    throw new IOException(
        "tls.caFile: "
            + authorities
            + " is not there, or cannot be read"
            + (authorities.equals(BackendTls.RDS_AUTHORITIES) ? OF_RDS : ""));
  }

  /**
   * For cancel requests to another node.
   *
   * @return null when TLS is off
   * @throws IOException when the file of authorities cannot be read
   */
  public static SslContext forPeer(PeerTls settings) throws IOException {
    return trusting(settings.mode(), settings.caFile());
  }

  /** Returns the context that connections to the shared store would trust, to the same effect. */
  static SslContext forStore(StoreTls settings) throws IOException {
    return trusting(settings.mode(), settings.caFile());
  }

  private static SslContext trusting(TlsMode mode, Optional<Path> authorities) throws IOException {
    BackendTls all = BackendTls.defaults();
    return forServer(
        new BackendTls(
            mode,
            authorities,
            all.certificateFile(),
            all.keyFile(),
            all.channelBinding(),
            all.direct()),
        List.of());
  }

  private static ApplicationProtocolConfig alpn(List<String> protocols) {
    return protocols.isEmpty()
        ? ApplicationProtocolConfig.DISABLED
        : new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            protocols);
  }

  private static SslProvider provider() {
    return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return failure.getMessage() + (cause == failure ? "" : ": " + cause.getMessage());
  }
}
