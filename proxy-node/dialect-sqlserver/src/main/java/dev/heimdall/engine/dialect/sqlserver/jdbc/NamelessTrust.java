package dev.heimdall.engine.dialect.sqlserver.jdbc;

import dev.heimdall.model.tls.Authorities;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in whom certain authorities have signed, whatever the server is called. */
public final class NamelessTrust implements X509TrustManager {
  private final X509TrustManager manager;

  /**
   * The driver makes it by its name.
   *
   * @param authorities their file; empty for those that the JDK trusts
   */
  public NamelessTrust(String authorities) throws IOException, GeneralSecurityException {
    KeyStore store = authorities.isEmpty() ? null : Authorities.in(Path.of(authorities));
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    X509TrustManager found = null;
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509TrustManager own) {
        found = own;
      }
    }
    manager = found;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    manager.checkServerTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    manager.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return manager.getAcceptedIssuers();
  }
}
