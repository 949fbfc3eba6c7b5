package dev.heimdall.engine.report;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS towards a peer with the one certificate that is in a file now. Which name is in it does not
 * matter: a manager on the same machine is asked by its address there.
 */
final class OneCertificate extends X509ExtendedTrustManager {
  private final Path file;

  private OneCertificate(Path file) {
    this.file = file;
  }

  static SSLContext of(Path file) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new OneCertificate(file)}, null);
    return context;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    try (InputStream in = Files.newInputStream(file)) {
      Certificate expected = CertificateFactory.getInstance("X.509").generateCertificate(in);
      if (chain.length == 0 || !chain[0].equals(expected)) {
        throw new CertificateException("it shows another certificate than that in " + file);
      }
    } catch (IOException e) {
      throw new CertificateException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw noServer();
  }

  private static CertificateException noServer() {
    return new CertificateException("this is no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
