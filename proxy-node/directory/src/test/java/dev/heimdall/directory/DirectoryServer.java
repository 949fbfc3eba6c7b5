package dev.heimdall.directory;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.util.ssl.KeyStoreKeyManager;
import com.unboundid.util.ssl.SSLUtil;
import com.unboundid.util.ssl.TrustAllTrustManager;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManager;

/** A directory server in this process, with StartTLS and LDAPS, that notes who binds. */
final class DirectoryServer implements AutoCloseable {
  static final String SEARCHER = "cn=searcher,dc=example,dc=com";
  private static final char[] PASSWORD = "only-for-tests".toCharArray();
  private static final File STORE = store();

  private final InMemoryDirectoryServer server;
  private final List<String> binds = new CopyOnWriteArrayList<>();

  /** Binds wait for it where there is one. */
  private volatile CountDownLatch gate;

  DirectoryServer(String... entries) throws Exception {
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
    config.setSchema(null);
    SSLUtil tls =
        new SSLUtil(
            new KeyManager[] {new KeyStoreKeyManager(STORE, PASSWORD)},
            new javax.net.ssl.TrustManager[] {new TrustAllTrustManager()});
    config.setListenerConfigs(
        InMemoryListenerConfig.createLDAPConfig("plain", null, 0, tls.createSSLSocketFactory()),
        InMemoryListenerConfig.createLDAPSConfig(
            "tls", null, 0, tls.createSSLServerSocketFactory(), tls.createSSLSocketFactory()));
    config.addInMemoryOperationInterceptor(new Noting());
    server = new InMemoryDirectoryServer(config);
    server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
    server.add(
        "dn: " + SEARCHER, "objectClass: person", "cn: searcher", "userPassword: search-secret");
    for (String ou : List.of("people", "groups")) {
      server.add("dn: ou=" + ou + ",dc=example,dc=com", "objectClass: organizationalUnit");
    }
    for (String entry : entries) {
      server.add(entry.split("\n"));
    }
    server.startListening();
  }

  private final class Noting extends InMemoryOperationInterceptor {
    @Override
    public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request)
        throws LDAPException {
      binds.add(request.getRequest().getBindDN());
      CountDownLatch shut = gate;
      if (shut != null) {
        try {
          shut.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** As the JDK's keytool makes it; a clock that is a little behind is no reason to fail. */
  private static File store() {
    try {
      Path file = Files.createTempDirectory("heimdall-directory-").resolve("store.p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "server",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "san=dns:localhost,ip:127.0.0.1",
                  "-startdate",
                  "-1d",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  file.toString(),
                  "-storepass",
                  new String(PASSWORD))
              .redirectErrorStream(true)
              .start();
      String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("no certificate: " + output);
      }
      file.getParent().toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      return file.toFile();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("no certificate", e);
    }
  }

  /** Its certificate, as PEM. */
  static Path authority(Path directory) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(STORE)) {
      store.load(in, PASSWORD);
    }
    byte[] certificate = store.getCertificate(store.aliases().nextElement()).getEncoded();
    return Files.writeString(
        directory.resolve("ca.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
            + "\n-----END CERTIFICATE-----\n");
  }

  static String person(String dn, String uid, String password, String... more) {
    return "dn: %s\nobjectClass: person\nuid: %s\nuserPassword: %s%s"
        .formatted(dn, uid, password, more.length == 0 ? "" : "\n" + String.join("\n", more));
  }

  String plain() {
    return "ldap://127.0.0.1:" + server.getListenPort("plain");
  }

  String tls() {
    return "ldaps://127.0.0.1:" + server.getListenPort("tls");
  }

  InMemoryDirectoryServer entries() {
    return server;
  }

  /** Who has bound up to now. */
  List<String> binds() {
    return List.copyOf(binds);
  }

  /** Binds are not answered until the latch is open. */
  CountDownLatch silent() {
    CountDownLatch shut = new CountDownLatch(1);
    gate = shut;
    return shut;
  }

  @Override
  public void close() {
    if (gate != null) {
      gate.countDown();
    }
    server.shutDown(true);
  }
}
