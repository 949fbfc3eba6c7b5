package dev.heimdall.test.secure;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Stands before a PostgreSQL and learns with which password a node logs in: it asks for it in clear
 * text inside of TLS, as RDS does for IAM, and says that it is starting. Later it passes
 * connections on.
 */
final class TokenDoor implements AutoCloseable {
  private static final int CLEAR_TEXT = 3;

  private final ServerSocket listener;
  private final SSLContext tls;
  private final int behind;
  private final List<String> passwords = new CopyOnWriteArrayList<>();
  private volatile boolean open;

  TokenDoor(Identity identity, int behind) {
    this.behind = behind;
    try {
      tls = context(identity);
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    start("door", this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** What somebody wanted to log in with; null before that. */
  String password() {
    return passwords.isEmpty() ? null : passwords.get(passwords.size() - 1);
  }

  /** All that anybody wanted to log in with. */
  List<String> passwords() {
    return passwords;
  }

  /** Passes connections on from now on. */
  void open() {
    open = true;
  }

  private static SSLContext context(Identity identity)
      throws IOException, GeneralSecurityException {
    char[] none = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", identity.key(), none, new Certificate[] {identity.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, none);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start("door-" + client.getPort(), () -> serve(client));
      } catch (IOException e) {
        return; // it was closed
      }
    }
  }

  private void serve(Socket client) {
    try {
      if (open) {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), behind);
        start("door-back", () -> pump(server, client));
        pump(client, server);
      } else {
        ask(client);
      }
    } catch (IOException e) {
      close(client);
    }
  }

  private static void pump(Socket from, Socket to) {
    try (InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      // Either side has ended.
    } finally {
      close(to);
    }
  }

  private static void close(Closeable what) {
    try {
      what.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void ask(Socket client) throws IOException {
    new DataInputStream(client.getInputStream()).readFully(new byte[8]);
    client.getOutputStream().write('S');
    try (SSLSocket secure =
        (SSLSocket) tls.getSocketFactory().createSocket(client, (InputStream) null, true)) {
      DataInputStream in = new DataInputStream(secure.getInputStream());
      DataOutputStream out = new DataOutputStream(secure.getOutputStream());
      in.readFully(new byte[in.readInt() - 4]);
      out.write('R');
      out.writeInt(8);
      out.writeInt(CLEAR_TEXT);
      out.flush();
      in.readByte();
      byte[] proof = new byte[in.readInt() - 4];
      in.readFully(proof);
      passwords.add(new String(proof, 0, proof.length - 1, StandardCharsets.UTF_8));
      byte[] error =
          "SFATAL\0C57P03\0Mthe database system is starting up\0\0"
              .getBytes(StandardCharsets.US_ASCII);
      out.write('E');
      out.writeInt(error.length + 4);
      out.write(error);
      out.flush();
    }
  }

  @Override
  public void close() {
    close(listener);
  }
}
